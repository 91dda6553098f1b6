//! Names of pixel formats.

use pagecut::media::codec::Ffv1Parameters;

/// The samples of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Samples {
    /// Like `chroma_format_idc` of H.264: 0 without chroma, 1 is 4:2:0, 2 is 4:2:2, 3 is 4:4:4.
    pub(super) chroma: u8,
    pub(super) depth: u8,
    pub(super) is_rgb: bool,
    /// With 8 bits, the name includes the full range.
    pub(super) is_jpeg: bool,
}

/// Returns the name of planar samples; `None` if FFmpeg has none.
pub(super) fn planar(samples: Samples) -> Option<&'static str> {
    let Samples { chroma, depth, is_rgb, is_jpeg } = samples;
    Some(match (chroma, depth, is_rgb, is_jpeg) {
        (3, 8, true, _) => "gbrp",
        (3, 9, true, _) => "gbrp9le",
        (3, 10, true, _) => "gbrp10le",
        (3, 12, true, _) => "gbrp12le",
        (3, 14, true, _) => "gbrp14le",
        (0, 8, ..) => "gray",
        (0, 9, ..) => "gray9le",
        (0, 10, ..) => "gray10le",
        (0, 12, ..) => "gray12le",
        (1, 8, _, true) => "yuvj420p",
        (2, 8, _, true) => "yuvj422p",
        (3, 8, _, true) => "yuvj444p",
        (1, 8, ..) => "yuv420p",
        (2, 8, ..) => "yuv422p",
        (3, 8, ..) => "yuv444p",
        (1, 9, ..) => "yuv420p9le",
        (2, 9, ..) => "yuv422p9le",
        (3, 9, ..) => "yuv444p9le",
        (1, 10, ..) => "yuv420p10le",
        (2, 10, ..) => "yuv422p10le",
        (3, 10, ..) => "yuv444p10le",
        (1, 12, ..) => "yuv420p12le",
        (2, 12, ..) => "yuv422p12le",
        (3, 12, ..) => "yuv444p12le",
        (1, 14, ..) => "yuv420p14le",
        (2, 14, ..) => "yuv422p14le",
        (3, 14, ..) => "yuv444p14le",
        _ => return None,
    })
}

/// Returns `chroma_format_idc` for halved width and height; `None` for other subsampling.
pub(super) fn chroma_of(subsampling: (bool, bool)) -> Option<u8> {
    match subsampling {
        (true, true) => Some(1),
        (true, false) => Some(2),
        (false, false) => Some(3),
        (false, true) => None,
    }
}

/// Returns the format of uncompressed samples by four-character code, as ffprobe shows it.
pub(super) fn of_four_cc(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "I420" | "IYUV" | "YV12" => "yuv420p",
        "422P" | "I422" | "YV16" | "Y42B" => "yuv422p",
        "444P" | "I444" | "YV24" => "yuv444p",
        "Y41B" => "yuv411p",
        "YUY2" | "Y422" | "YUNV" | "YUYV" | "yuv2" => "yuyv422",
        "UYVY" | "UYNV" | "HDYC" | "2vuy" => "uyvy422",
        "YVYU" => "yvyu422",
        "Y800" | "Y8  " | "GREY" => "gray",
        "NV12" => "nv12",
        "NV21" => "nv21",
        "RGB[15]" => "rgb555le",
        "RGB[16]" => "rgb565le",
        "RGB[24]" => "rgb24",
        "BGR[24]" | "24BG" => "bgr24",
        "RGBA" => "rgba",
        "BGRA" => "bgra",
        "ABGR" => "abgr",
        _ => return None,
    })
}

/// Returns the fixed output format of the decoder of a coding.
pub(super) fn of_coding(name: &str) -> Option<&'static str> {
    Some(match name {
        "h263" | "flv1" | "msmpeg4v1" | "msmpeg4v2" | "msmpeg4v3" | "wmv1" | "wmv2" | "wmv3" | "vc1"
        | "rv10" | "rv20" | "rv30" | "rv40" | "cavs" => "yuv420p",
        "svq1" => "yuv410p",
        "svq3" => "yuvj420p",
        "cinepak" => "rgb24",
        "rpza" => "rgb555le",
        "v210" => "yuv422p10le",
        _ => return None,
    })
}

/// Returns the format of FFmpeg's decoder of FFV1; `None` if the parameters have none.
pub(super) fn of_ffv1(parameters: &Ffv1Parameters) -> Option<&'static str> {
    const RGB: u8 = 1;
    let depth = if parameters.bits_per_sample == 0 { 8 } else { parameters.bits_per_sample };
    let has_transparency = parameters.has_transparency;
    if parameters.color_space > RGB {
        return None;
    }
    if parameters.color_space == RGB {
        return match (depth, has_transparency) {
            (8, false) => Some("bgr0"),
            (8, true) => Some("bgra"),
            (10, true) => Some("gbrap10le"),
            (12, true) => Some("gbrap12le"),
            (16, true) => Some("gbrap16le"),
            (16, false) => Some("gbrp16le"),
            (depth, false) => planar(Samples { chroma: 3, depth, is_rgb: true, is_jpeg: false }),
            _ => None,
        };
    }
    if !parameters.has_chroma {
        return match (depth, has_transparency) {
            (8, true) => Some("ya8"),
            (16, false) => Some("gray16le"),
            (depth, false) => planar(Samples { chroma: 0, depth, is_rgb: false, is_jpeg: false }),
            _ => None,
        };
    }
    Some(match (parameters.chroma_shift, depth, has_transparency) {
        ((2, 0), 8, false) => "yuv411p",
        ((2, 2), 8, false) => "yuv410p",
        ((0, 1), 8, false) => "yuv440p",
        ((0, 1), 10, false) => "yuv440p10le",
        ((0, 1), 12, false) => "yuv440p12le",
        ((0, 0), 16, false) => "yuv444p16le",
        ((1, 0), 16, false) => "yuv422p16le",
        ((1, 1), 16, false) => "yuv420p16le",
        ((0, 0), 8, true) => "yuva444p",
        ((1, 0), 8, true) => "yuva422p",
        ((1, 1), 8, true) => "yuva420p",
        ((0, 0), 9, true) => "yuva444p9le",
        ((1, 0), 9, true) => "yuva422p9le",
        ((1, 1), 9, true) => "yuva420p9le",
        ((0, 0), 10, true) => "yuva444p10le",
        ((1, 0), 10, true) => "yuva422p10le",
        ((1, 1), 10, true) => "yuva420p10le",
        ((0, 0), 12, true) => "yuva444p12le",
        ((1, 0), 12, true) => "yuva422p12le",
        ((0, 0), 16, true) => "yuva444p16le",
        ((1, 0), 16, true) => "yuva422p16le",
        ((1, 1), 16, true) => "yuva420p16le",
        (shift, depth, false) => {
            let chroma = match shift {
                (1, 1) => 1,
                (1, 0) => 2,
                (0, 0) => 3,
                _ => return None,
            };
            return planar(Samples { chroma, depth, is_rgb: false, is_jpeg: false });
        }
        _ => return None,
    })
}
