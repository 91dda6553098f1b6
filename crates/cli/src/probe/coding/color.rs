//! Names of the code points of ITU-T H.273.

use pagecut::media::codec::Color;

use crate::probe::picture::Picture;

/// Returns the name of `VideoFullRangeFlag`.
pub(crate) fn range(is_full: bool) -> &'static str {
    if is_full { "pc" } else { "tv" }
}

/// Returns the name of `ColourPrimaries`; `None` if they are unspecified or reserved.
pub(crate) fn primaries(code: u64) -> Option<&'static str> {
    Some(match code {
        1 => "bt709",
        4 => "bt470m",
        5 => "bt470bg",
        6 => "smpte170m",
        7 => "smpte240m",
        8 => "film",
        9 => "bt2020",
        10 => "smpte428",
        11 => "smpte431",
        12 => "smpte432",
        22 => "ebu3213",
        _ => return None,
    })
}

/// Returns the name of `TransferCharacteristics`; `None` if they are unspecified or reserved.
pub(crate) fn transfer(code: u64) -> Option<&'static str> {
    Some(match code {
        1 => "bt709",
        4 => "bt470m",
        5 => "bt470bg",
        6 => "smpte170m",
        7 => "smpte240m",
        8 => "linear",
        9 => "log100",
        10 => "log316",
        11 => "iec61966-2-4",
        12 => "bt1361e",
        13 => "iec61966-2-1",
        14 => "bt2020-10",
        15 => "bt2020-12",
        16 => "smpte2084",
        17 => "smpte428",
        18 => "arib-std-b67",
        _ => return None,
    })
}

/// Returns the name of `MatrixCoefficients`; `None` if they are unspecified or reserved.
pub(crate) fn space(code: u64) -> Option<&'static str> {
    Some(match code {
        0 => "gbr",
        1 => "bt709",
        4 => "fcc",
        5 => "bt470bg",
        6 => "smpte170m",
        7 => "smpte240m",
        8 => "ycgco",
        9 => "bt2020nc",
        10 => "bt2020c",
        11 => "smpte2085",
        12 => "chroma-derived-nc",
        13 => "chroma-derived-c",
        14 => "ictcp",
        _ => return None,
    })
}

/// Returns the name of `chroma_sample_loc_type`.
pub(crate) fn chroma_location(code: u64) -> Option<&'static str> {
    ["left", "center", "topleft", "top", "bottomleft", "bottom"].get(usize::try_from(code).ok()?).copied()
}

/// Sets the colour of a picture.
pub(crate) fn set(picture: &mut Picture, color: Color) {
    if let Some(is_full) = color.is_full_range {
        picture.color_range = Some(range(is_full));
    }
    picture.color_primaries = primaries(color.primaries.into());
    picture.color_transfer = transfer(color.transfer.into());
    picture.color_space = space(color.matrix.into());
}

/// Sets the colour of a picture, unless it is unspecified.
pub(crate) fn set_described(picture: &mut Picture, color: Color) {
    if [color.primaries, color.transfer, color.matrix] != [Color::UNSPECIFIED; 3] {
        set(picture, color);
    }
}
