//! Profile names of FFmpeg.

use pagecut::media::AudioSpecificConfig;

fn name(profile: &'static str) -> Option<String> {
    Some(profile.to_owned())
}

/// Returns the profile of H.264: `profile_idc`, and the flags from `constraint_set0_flag`.
pub(super) fn avc(profile: u8, constraints: u8) -> Option<String> {
    // `constraint_set1_flag` and `constraint_set3_flag`.
    let (is_constrained, is_intra) = (constraints & 0x40 != 0, constraints & 0x10 != 0);
    name(match (profile, is_intra) {
        (66, _) if is_constrained => "Constrained Baseline",
        (66, _) => "Baseline",
        (77, _) => "Main",
        (88, _) => "Extended",
        (100, _) => "High",
        (110, false) => "High 10",
        (110, true) => "High 10 Intra",
        (122, false) => "High 4:2:2",
        (122, true) => "High 4:2:2 Intra",
        (144, _) => "High 4:4:4",
        (244, false) => "High 4:4:4 Predictive",
        (244, true) => "High 4:4:4 Intra",
        (44, _) => "CAVLC 4:4:4",
        (118, _) => "Multiview High",
        (128, _) => "Stereo High",
        (other, _) => return Some(other.to_string()),
    })
}

/// Returns the profile of H.265: `general_profile_idc`.
pub(super) fn hevc(profile: u8) -> Option<String> {
    name(match profile {
        1 => "Main",
        2 => "Main 10",
        3 => "Main Still Picture",
        4 => "Rext",
        9 => "Scc",
        other => return Some(other.to_string()),
    })
}

/// Returns the profile of AV1: `seq_profile`.
pub(super) fn av1(profile: u8) -> Option<String> {
    ["Main", "High", "Professional"].get(usize::from(profile)).copied().and_then(name)
}

/// Returns the profile of MPEG-2: bits 6 to 4 of `profile_and_level_indication`.
pub(super) fn mpeg2(profile: u8) -> Option<String> {
    let names = ["4:2:2", "High", "Spatially Scalable", "SNR Scalable", "Main", "Simple"];
    names.get(usize::from(profile)).copied().map_or_else(|| Some(profile.to_string()), name)
}

/// Returns the profile of MPEG-4 Visual: the upper half of `profile_and_level_indication`.
pub(super) fn mpeg4_visual(profile: u8) -> Option<String> {
    let names = [
        "Simple Profile",
        "Simple Scalable Profile",
        "Core Profile",
        "Main Profile",
        "N-bit Profile",
        "Scalable Texture Profile",
        "Simple Face Animation Profile",
        "Basic Animated Texture Profile",
        "Hybrid Profile",
        "Advanced Real Time Simple Profile",
        "Core Scalable Profile",
        "Advanced Coding Profile",
        "Advanced Core Profile",
        "Advanced Scalable Texture Profile",
        "Simple Studio Profile",
        "Advanced Simple Profile",
    ];
    names.get(usize::from(profile)).copied().and_then(name)
}

/// Returns the profile of JPEG: the second byte of the frame marker.
pub(super) fn jpeg(process: u8) -> Option<String> {
    name(match process {
        0xc0 => "Baseline",
        0xc1 => "Sequential",
        0xc2 => "Progressive",
        0xc3 => "Lossless",
        _ => return None,
    })
}

/// Returns the profile of ProRes: the codec tag.
pub(super) fn prores(tag: &str) -> Option<String> {
    name(match tag {
        "apco" => "Proxy",
        "apcs" => "LT",
        "apcn" => "Standard",
        "apch" => "HQ",
        "ap4h" => "4444",
        "ap4x" => "XQ",
        _ => return None,
    })
}

/// Returns the profile of AAC.
pub(super) fn of_aac(config: &AudioSpecificConfig) -> Option<String> {
    match config {
        _ if config.has_parametric_stereo => name("HE-AACv2"),
        _ if config.extension_sampling_frequency.is_some() => name("HE-AAC"),
        _ => aac_object_type(config.object_type).map(str::to_owned),
    }
}

/// Returns the profile of AAC without band replication: its audio object type.
pub(super) fn aac_object_type(object_type: u8) -> Option<&'static str> {
    Some(match object_type {
        1 => "Main",
        2 => "LC",
        3 => "SSR",
        4 => "LTP",
        23 => "LD",
        39 => "ELD",
        _ => return None,
    })
}
