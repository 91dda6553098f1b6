//! Profiles and levels in the words of ffmpeg.

use pagecut::media::AudioSpecificConfig;
use pagecut::media::mp4::CodecConfiguration;

/// Profile and level, as far as the container tells them.
pub(super) fn of_video(configuration: CodecConfiguration) -> (Option<String>, Option<u8>) {
    match configuration {
        CodecConfiguration::Avc { profile, compatibility, level, .. } => {
            (avc(profile, compatibility).map(str::to_owned), Some(level))
        }
        CodecConfiguration::Hevc { profile, level, .. } => (hevc(profile).map(str::to_owned), Some(level)),
        CodecConfiguration::Av1 { profile, level, .. } => {
            let name = ["Main", "High", "Professional"].get(usize::from(profile));
            (name.map(|&name| name.to_owned()), Some(level))
        }
        // The level is not what ffmpeg shows of VP9: it shows none.
        CodecConfiguration::Vp { profile, .. } => (Some(format!("Profile {profile}")), None),
        _ => (None, None),
    }
}

/// Of H.264: `profile_idc`, and the constraints in `profile_compatibility`.
fn avc(profile: u8, compatibility: u8) -> Option<&'static str> {
    // `constraint_set1_flag` and `constraint_set3_flag`.
    let (is_constrained, is_intra) = (compatibility & 0x40 != 0, compatibility & 0x10 != 0);
    Some(match (profile, is_intra) {
        (66, _) if is_constrained => "Constrained Baseline",
        (66, _) => "Baseline",
        (77, _) => "Main",
        (88, _) => "Extended",
        (100, _) => "High",
        (110, false) => "High 10",
        (110, true) => "High 10 Intra",
        (122, false) => "High 4:2:2",
        (122, true) => "High 4:2:2 Intra",
        (244, false) => "High 4:4:4 Predictive",
        (244, true) => "High 4:4:4 Intra",
        (44, _) => "CAVLC 4:4:4",
        (118, _) => "Multiview High",
        (128, _) => "Stereo High",
        _ => return None,
    })
}

/// Of H.265: `general_profile_idc`.
fn hevc(profile: u8) -> Option<&'static str> {
    Some(match profile {
        1 => "Main",
        2 => "Main 10",
        3 => "Main Still Picture",
        4 => "Rext",
        _ => return None,
    })
}

/// Of AAC.
pub(super) fn of_aac(config: &AudioSpecificConfig) -> Option<String> {
    let name = match config.object_type {
        _ if config.has_parametric_stereo => "HE-AACv2",
        _ if config.extension_sampling_frequency.is_some() => "HE-AAC",
        1 => "Main",
        2 => "LC",
        3 => "SSR",
        4 => "LTP",
        23 => "LD",
        39 => "ELD",
        _ => return None,
    };
    Some(name.to_owned())
}
