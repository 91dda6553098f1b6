//! The names that ffmpeg has for codecs, by codes that several containers use.

/// Returns the codec of a sample entry of MP4 or a sample description of QuickTime.
pub(super) fn of_sample_entry(format: [u8; 4]) -> Option<&'static str> {
    Some(match &format {
        b"avc1" | b"avc2" | b"avc3" | b"avc4" | b"dva1" | b"dvav" => "h264",
        b"hvc1" | b"hev1" | b"hvc2" | b"hev2" | b"dvh1" | b"dvhe" => "hevc",
        b"vvc1" | b"vvi1" => "vvc",
        b"av01" => "av1",
        b"vp08" => "vp8",
        b"vp09" => "vp9",
        b"mp4v" => "mpeg4",
        b"s263" | b"h263" => "h263",
        b"jpeg" => "mjpeg",
        b"mjpa" => "mjpeg",
        b"mjpb" => "mjpegb",
        b"apch" | b"apcn" | b"apcs" | b"apco" | b"ap4h" | b"ap4x" => "prores",
        b"SVQ3" => "svq3",
        b"SVQ1" => "svq1",
        b"FFV1" => "ffv1",
        b"png " => "png",
        b"rle " => "qtrle",
        b"cvid" => "cinepak",
        b"mp4a" => "aac",
        b"ac-3" => "ac3",
        b"ec-3" => "eac3",
        b"ac-4" => "ac4",
        b"mha1" | b"mhm1" => "mpegh_3d_audio",
        b"alac" => "alac",
        b"Opus" => "opus",
        b"fLaC" => "flac",
        b"dtsc" | b"dtsh" | b"dtsl" | b"dtse" => "dts",
        b"mlpa" => "truehd",
        b"samr" => "amr_nb",
        b"sawb" => "amr_wb",
        b".mp3" => "mp3",
        b"ima4" => "adpcm_ima_qt",
        b"tx3g" | b"text" => "mov_text",
        b"wvtt" => "webvtt",
        b"stpp" => "ttml",
        b"c608" => "eia_608",
        _ => return None,
    })
}

/// Returns the codec of a `BITMAPINFOHEADER` with this `biCompression`.
pub(super) fn of_bitmap(four_cc: [u8; 4]) -> Option<&'static str> {
    Some(match &four_cc.to_ascii_uppercase()[..] {
        b"FMP4" | b"XVID" | b"DIVX" | b"DX50" | b"MP4V" | b"MP4S" | b"M4S2" | b"3IV2" | b"RMP4" | b"DIV1" => {
            "mpeg4"
        }
        b"DIV3" | b"DIV4" | b"DIV5" | b"DIV6" | b"MP43" | b"MPG3" | b"DVX3" | b"COL1" => "msmpeg4v3",
        b"DIV2" | b"MP42" => "msmpeg4v2",
        b"MPG4" | b"MP41" => "msmpeg4v1",
        b"H264" | b"X264" | b"AVC1" | b"DAVC" => "h264",
        b"HEVC" | b"H265" => "hevc",
        b"H263" | b"X263" => "h263",
        b"FLV1" | b"S263" => "flv1",
        b"MJPG" => "mjpeg",
        b"LJPG" => "ljpeg",
        b"MPG1" | b"PIM1" => "mpeg1video",
        b"MPG2" | b"MPEG" => "mpeg2video",
        b"DVSD" | b"DVHD" | b"DVSL" | b"DV25" | b"DV50" => "dvvideo",
        b"WMV1" => "wmv1",
        b"WMV2" => "wmv2",
        b"WMV3" => "wmv3",
        b"WVC1" | b"WMVA" => "vc1",
        b"VP30" | b"VP31" => "vp3",
        b"VP50" => "vp5",
        b"VP60" | b"VP61" | b"VP62" => "vp6",
        b"VP6F" => "vp6f",
        b"VP70" | b"VP71" => "vp7",
        b"VP80" => "vp8",
        b"VP90" => "vp9",
        b"AV01" => "av1",
        b"FFV1" => "ffv1",
        b"FFVH" => "ffvhuff",
        b"HFYU" => "huffyuv",
        b"LAGS" => "lagarith",
        b"ULRG" | b"ULRA" | b"ULY0" | b"ULY2" | b"ULY4" | b"ULH0" | b"ULH2" | b"ULH4" => "utvideo",
        b"CVID" => "cinepak",
        b"CRAM" | b"MSVC" | b"WHAM" => "msvideo1",
        b"IV31" | b"IV32" => "indeo3",
        b"IV41" => "indeo4",
        b"IV50" => "indeo5",
        b"TSCC" => "tscc",
        b"THEO" => "theora",
        b"DRAC" => "dirac",
        b"SNOW" => "snow",
        b"CFHD" => "cfhd",
        b"\0\0\0\0" | b"I420" | b"IYUV" | b"YV12" | b"YUY2" | b"UYVY" | b"Y422" | b"Y800" | b"Y8  "
        | b"NV12" | b"V210" | b"YVYU" | b"RGB\x18" | b"BGRA" => "rawvideo",
        b"\x01\0\0\0" | b"\x02\0\0\0" => "msrle",
        _ => return None,
    })
}

/// Returns the codec of a `WAVEFORMATEX` with this `wFormatTag` and `wBitsPerSample`.
pub(super) fn of_wave_format(format: u16, bits: u16) -> Option<&'static str> {
    Some(match (format, bits) {
        (1, _) => of_depth(Some(bits.into()), ["pcm_s16le", "pcm_s24le", "pcm_s32le"]),
        (2, _) => "adpcm_ms",
        (3, 64) => "pcm_f64le",
        (3, _) => "pcm_f32le",
        (6, _) => "pcm_alaw",
        (7, _) => "pcm_mulaw",
        (0x11, _) => "adpcm_ima_wav",
        (0x22, _) => "truespeech",
        (0x31 | 0x32, _) => "gsm_ms",
        (0x45, _) => "adpcm_g726",
        (0x50, _) => "mp2",
        (0x55, _) => "mp3",
        (0x57, _) => "amr_nb",
        (0x58, _) => "amr_wb",
        (0x61, _) => "adpcm_ima_dk4",
        (0x62, _) => "adpcm_ima_dk3",
        (0xff | 0x1600 | 0x706d | 0xa106, _) => "aac",
        (0x160, _) => "wmav1",
        (0x161, _) => "wmav2",
        (0x162, _) => "wmapro",
        (0x163, _) => "wmalossless",
        (0x270, _) => "atrac3",
        (0x1602, _) => "aac_latm",
        (0x2000, _) => "ac3",
        (0x2001, _) => "dts",
        (0x5756, _) => "wavpack",
        (0x674f | 0x6750 | 0x6751 | 0x676f | 0x6770 | 0x6771, _) => "vorbis",
        (0x704f, _) => "opus",
        (0x77a1, _) => "tta",
        (0xf1ac, _) => "flac",
        _ => return None,
    })
}

/// Returns the codec of PCM with 8 bits, or one of three more depths.
pub(super) fn of_depth(bit_depth: Option<u64>, [of_16, of_24, of_32]: [&'static str; 3]) -> &'static str {
    match bit_depth {
        Some(8) => "pcm_u8",
        Some(24) => of_24,
        Some(32) => of_32,
        _ => of_16,
    }
}
