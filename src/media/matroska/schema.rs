//! The known elements by ID: those of EBML (RFC 8794, section 11) and those of Matroska (RFC 9559, section 5, and the
//! reclaimed elements of the specification).

use std::fmt;

/// An `EBML Element ID` (RFC 8794, section 5), with the marker bit: `0x1a45dfa3`, ...
///
/// Elements with a name are constants.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementId(pub u32);

/// The type of an element's body (RFC 8794, section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ElementType {
    /// A signed integer of 0 to 8 bytes.
    Signed,
    /// An unsigned integer of 0 to 8 bytes.
    Unsigned,
    /// A floating point number of 0, 4 or 8 bytes.
    Float,
    /// ASCII text.
    String,
    /// UTF-8 text.
    Utf8,
    /// Nanoseconds since the start of 2001.
    Date,
    /// Elements.
    Master,
    /// Bytes.
    Binary,
}

macro_rules! elements {
    ($($id:literal $constant:ident $name:literal $element_type:ident $occurs:ident,)*) => {
        impl ElementId {
            $(
                #[doc = concat!("`", $name, "`.")]
                pub const $constant: Self = Self($id);
            )*
        }

        /// ID, name and type, by ID.
        const ELEMENTS: &[(u32, &str, ElementType)] = &[$(($id, $name, ElementType::$element_type),)*];

        /// `maxOccurs` of each of them, in the same order.
        const OCCURS: &[Occurs] = &[$(Occurs::$occurs,)*];
    };
}

/// Number of times an element may occur in its parent (`maxOccurs`, RFC 8794, section 11.1.5.4).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Occurs {
    /// At most once.
    Once,
    /// Any number of times, or repeated with equal contents (`recurring`).
    Many,
}

elements! {
    0x80 CHAPTER_DISPLAY "ChapterDisplay" Master Many,
    0x83 TRACK_TYPE "TrackType" Unsigned Once,
    0x85 CHAP_STRING "ChapString" Utf8 Once,
    0x86 CODEC_ID "CodecID" String Once,
    0x88 FLAG_DEFAULT "FlagDefault" Unsigned Once,
    0x89 CHAPTER_TRACK_UID "ChapterTrackUID" Unsigned Many,
    0x8e SLICES "Slices" Master Once,
    0x8f CHAPTER_TRACK "ChapterTrack" Master Once,
    0x91 CHAPTER_TIME_START "ChapterTimeStart" Unsigned Once,
    0x92 CHAPTER_TIME_END "ChapterTimeEnd" Unsigned Once,
    0x96 CUE_REF_TIME "CueRefTime" Unsigned Once,
    0x97 CUE_REF_CLUSTER "CueRefCluster" Unsigned Once,
    0x98 CHAPTER_FLAG_HIDDEN "ChapterFlagHidden" Unsigned Once,
    0x9a FLAG_INTERLACED "FlagInterlaced" Unsigned Once,
    0x9b BLOCK_DURATION "BlockDuration" Unsigned Once,
    0x9c FLAG_LACING "FlagLacing" Unsigned Once,
    0x9d FIELD_ORDER "FieldOrder" Unsigned Once,
    0x9f CHANNELS "Channels" Unsigned Once,
    0xa0 BLOCK_GROUP "BlockGroup" Master Many,
    0xa1 BLOCK "Block" Binary Once,
    0xa2 BLOCK_VIRTUAL "BlockVirtual" Binary Once,
    0xa3 SIMPLE_BLOCK "SimpleBlock" Binary Many,
    0xa4 CODEC_STATE "CodecState" Binary Once,
    0xa5 BLOCK_ADDITIONAL "BlockAdditional" Binary Once,
    0xa6 BLOCK_MORE "BlockMore" Master Many,
    0xa7 POSITION "Position" Unsigned Once,
    0xaa CODEC_DECODE_ALL "CodecDecodeAll" Unsigned Once,
    0xab PREV_SIZE "PrevSize" Unsigned Once,
    0xae TRACK_ENTRY "TrackEntry" Master Many,
    0xaf ENCRYPTED_BLOCK "EncryptedBlock" Binary Many,
    0xb0 PIXEL_WIDTH "PixelWidth" Unsigned Once,
    0xb2 CUE_DURATION "CueDuration" Unsigned Once,
    0xb3 CUE_TIME "CueTime" Unsigned Once,
    0xb5 SAMPLING_FREQUENCY "SamplingFrequency" Float Once,
    0xb6 CHAPTER_ATOM "ChapterAtom" Master Many,
    0xb7 CUE_TRACK_POSITIONS "CueTrackPositions" Master Many,
    0xb9 FLAG_ENABLED "FlagEnabled" Unsigned Once,
    0xba PIXEL_HEIGHT "PixelHeight" Unsigned Once,
    0xbb CUE_POINT "CuePoint" Master Many,
    0xbf CRC_32 "CRC-32" Binary Once,
    0xc0 TRICK_TRACK_UID "TrickTrackUID" Unsigned Once,
    0xc1 TRICK_TRACK_SEGMENT_UID "TrickTrackSegmentUID" Binary Once,
    0xc4 TRICK_MASTER_TRACK_SEGMENT_UID "TrickMasterTrackSegmentUID" Binary Once,
    0xc6 TRICK_TRACK_FLAG "TrickTrackFlag" Unsigned Once,
    0xc7 TRICK_MASTER_TRACK_UID "TrickMasterTrackUID" Unsigned Once,
    0xc8 REFERENCE_FRAME "ReferenceFrame" Master Once,
    0xc9 REFERENCE_OFFSET "ReferenceOffset" Unsigned Once,
    0xca REFERENCE_TIMESTAMP "ReferenceTimestamp" Unsigned Once,
    0xcb BLOCK_ADDITION_ID "BlockAdditionID" Unsigned Once,
    0xcc LACE_NUMBER "LaceNumber" Unsigned Once,
    0xcd FRAME_NUMBER "FrameNumber" Unsigned Once,
    0xce DELAY "Delay" Unsigned Once,
    0xcf SLICE_DURATION "SliceDuration" Unsigned Once,
    0xd7 TRACK_NUMBER "TrackNumber" Unsigned Once,
    0xdb CUE_REFERENCE "CueReference" Master Many,
    0xe0 VIDEO "Video" Master Once,
    0xe1 AUDIO "Audio" Master Once,
    0xe2 TRACK_OPERATION "TrackOperation" Master Once,
    0xe3 TRACK_COMBINE_PLANES "TrackCombinePlanes" Master Once,
    0xe4 TRACK_PLANE "TrackPlane" Master Many,
    0xe5 TRACK_PLANE_UID "TrackPlaneUID" Unsigned Once,
    0xe6 TRACK_PLANE_TYPE "TrackPlaneType" Unsigned Once,
    0xe7 TIMESTAMP "Timestamp" Unsigned Once,
    0xe8 TIME_SLICE "TimeSlice" Master Many,
    0xe9 TRACK_JOIN_BLOCKS "TrackJoinBlocks" Master Once,
    0xea CUE_CODEC_STATE "CueCodecState" Unsigned Once,
    0xeb CUE_REF_CODEC_STATE "CueRefCodecState" Unsigned Once,
    0xec VOID "Void" Binary Many,
    0xed TRACK_JOIN_UID "TrackJoinUID" Unsigned Many,
    0xee BLOCK_ADD_ID "BlockAddID" Unsigned Once,
    0xf0 CUE_RELATIVE_POSITION "CueRelativePosition" Unsigned Once,
    0xf1 CUE_CLUSTER_POSITION "CueClusterPosition" Unsigned Once,
    0xf7 CUE_TRACK "CueTrack" Unsigned Once,
    0xfa REFERENCE_PRIORITY "ReferencePriority" Unsigned Once,
    0xfb REFERENCE_BLOCK "ReferenceBlock" Signed Many,
    0xfd REFERENCE_VIRTUAL "ReferenceVirtual" Signed Once,
    0x41a4 BLOCK_ADD_ID_NAME "BlockAddIDName" String Once,
    0x41e4 BLOCK_ADDITION_MAPPING "BlockAdditionMapping" Master Many,
    0x41e7 BLOCK_ADD_ID_TYPE "BlockAddIDType" Unsigned Once,
    0x41ed BLOCK_ADD_ID_EXTRA_DATA "BlockAddIDExtraData" Binary Once,
    0x41f0 BLOCK_ADD_ID_VALUE "BlockAddIDValue" Unsigned Once,
    0x4254 CONTENT_COMP_ALGO "ContentCompAlgo" Unsigned Once,
    0x4255 CONTENT_COMP_SETTINGS "ContentCompSettings" Binary Once,
    0x4281 DOC_TYPE_EXTENSION "DocTypeExtension" Master Many,
    0x4282 DOC_TYPE "DocType" String Once,
    0x4283 DOC_TYPE_EXTENSION_NAME "DocTypeExtensionName" String Once,
    0x4284 DOC_TYPE_EXTENSION_VERSION "DocTypeExtensionVersion" Unsigned Once,
    0x4285 DOC_TYPE_READ_VERSION "DocTypeReadVersion" Unsigned Once,
    0x4286 EBML_VERSION "EBMLVersion" Unsigned Once,
    0x4287 DOC_TYPE_VERSION "DocTypeVersion" Unsigned Once,
    0x42f2 EBML_MAX_ID_LENGTH "EBMLMaxIDLength" Unsigned Once,
    0x42f3 EBML_MAX_SIZE_LENGTH "EBMLMaxSizeLength" Unsigned Once,
    0x42f7 EBML_READ_VERSION "EBMLReadVersion" Unsigned Once,
    0x437c CHAP_LANGUAGE "ChapLanguage" String Many,
    0x437d CHAP_LANGUAGE_BCP47 "ChapLanguageBCP47" String Many,
    0x437e CHAP_COUNTRY "ChapCountry" String Many,
    0x4444 SEGMENT_FAMILY "SegmentFamily" Binary Many,
    0x4461 DATE_UTC "DateUTC" Date Once,
    0x447a TAG_LANGUAGE "TagLanguage" String Once,
    0x447b TAG_LANGUAGE_BCP47 "TagLanguageBCP47" String Once,
    0x4484 TAG_DEFAULT "TagDefault" Unsigned Once,
    0x4485 TAG_BINARY "TagBinary" Binary Once,
    0x4487 TAG_STRING "TagString" Utf8 Once,
    0x4489 DURATION "Duration" Float Once,
    0x44b4 TAG_DEFAULT_BOGUS "TagDefaultBogus" Unsigned Once,
    0x450d CHAP_PROCESS_PRIVATE "ChapProcessPrivate" Binary Once,
    0x4520 EDITION_DISPLAY "EditionDisplay" Master Many,
    0x4521 EDITION_STRING "EditionString" Utf8 Once,
    0x4588 CHAPTER_SKIP_TYPE "ChapterSkipType" Unsigned Once,
    0x4598 CHAPTER_FLAG_ENABLED "ChapterFlagEnabled" Unsigned Once,
    0x45a3 TAG_NAME "TagName" Utf8 Once,
    0x45b9 EDITION_ENTRY "EditionEntry" Master Many,
    0x45bc EDITION_UID "EditionUID" Unsigned Once,
    0x45bd EDITION_FLAG_HIDDEN "EditionFlagHidden" Unsigned Once,
    0x45db EDITION_FLAG_DEFAULT "EditionFlagDefault" Unsigned Once,
    0x45dd EDITION_FLAG_ORDERED "EditionFlagOrdered" Unsigned Once,
    0x45e4 EDITION_LANGUAGE_IETF "EditionLanguageIETF" String Many,
    0x465c FILE_DATA "FileData" Binary Once,
    0x4660 FILE_MEDIA_TYPE "FileMediaType" String Once,
    0x4661 FILE_USED_START_TIME "FileUsedStartTime" Unsigned Once,
    0x4662 FILE_USED_END_TIME "FileUsedEndTime" Unsigned Once,
    0x466e FILE_NAME "FileName" Utf8 Once,
    0x4675 FILE_REFERRAL "FileReferral" Binary Once,
    0x467e FILE_DESCRIPTION "FileDescription" Utf8 Once,
    0x46ae FILE_UID "FileUID" Unsigned Once,
    0x47e1 CONTENT_ENC_ALGO "ContentEncAlgo" Unsigned Once,
    0x47e2 CONTENT_ENC_KEY_ID "ContentEncKeyID" Binary Once,
    0x47e3 CONTENT_SIGNATURE "ContentSignature" Binary Once,
    0x47e4 CONTENT_SIG_KEY_ID "ContentSigKeyID" Binary Once,
    0x47e5 CONTENT_SIG_ALGO "ContentSigAlgo" Unsigned Once,
    0x47e6 CONTENT_SIG_HASH_ALGO "ContentSigHashAlgo" Unsigned Once,
    0x47e7 CONTENT_ENC_AES_SETTINGS "ContentEncAESSettings" Master Once,
    0x47e8 AES_SETTINGS_CIPHER_MODE "AESSettingsCipherMode" Unsigned Once,
    0x4d80 MUXING_APP "MuxingApp" Utf8 Once,
    0x4dbb SEEK "Seek" Master Many,
    0x5031 CONTENT_ENCODING_ORDER "ContentEncodingOrder" Unsigned Once,
    0x5032 CONTENT_ENCODING_SCOPE "ContentEncodingScope" Unsigned Once,
    0x5033 CONTENT_ENCODING_TYPE "ContentEncodingType" Unsigned Once,
    0x5034 CONTENT_COMPRESSION "ContentCompression" Master Once,
    0x5035 CONTENT_ENCRYPTION "ContentEncryption" Master Once,
    0x52f1 EMPHASIS "Emphasis" Unsigned Once,
    0x535f CUE_REF_NUMBER "CueRefNumber" Unsigned Once,
    0x536e NAME "Name" Utf8 Once,
    0x5378 CUE_BLOCK_NUMBER "CueBlockNumber" Unsigned Once,
    0x537f TRACK_OFFSET "TrackOffset" Signed Once,
    0x53ab SEEK_ID "SeekID" Binary Once,
    0x53ac SEEK_POSITION "SeekPosition" Unsigned Once,
    0x53b8 STEREO_MODE "StereoMode" Unsigned Once,
    0x53b9 OLD_STEREO_MODE "OldStereoMode" Unsigned Once,
    0x53c0 ALPHA_MODE "AlphaMode" Unsigned Once,
    0x54aa PIXEL_CROP_BOTTOM "PixelCropBottom" Unsigned Once,
    0x54b0 DISPLAY_WIDTH "DisplayWidth" Unsigned Once,
    0x54b2 DISPLAY_UNIT "DisplayUnit" Unsigned Once,
    0x54b3 ASPECT_RATIO_TYPE "AspectRatioType" Unsigned Once,
    0x54ba DISPLAY_HEIGHT "DisplayHeight" Unsigned Once,
    0x54bb PIXEL_CROP_TOP "PixelCropTop" Unsigned Once,
    0x54cc PIXEL_CROP_LEFT "PixelCropLeft" Unsigned Once,
    0x54dd PIXEL_CROP_RIGHT "PixelCropRight" Unsigned Once,
    0x55aa FLAG_FORCED "FlagForced" Unsigned Once,
    0x55ab FLAG_HEARING_IMPAIRED "FlagHearingImpaired" Unsigned Once,
    0x55ac FLAG_VISUAL_IMPAIRED "FlagVisualImpaired" Unsigned Once,
    0x55ad FLAG_TEXT_DESCRIPTIONS "FlagTextDescriptions" Unsigned Once,
    0x55ae FLAG_ORIGINAL "FlagOriginal" Unsigned Once,
    0x55af FLAG_COMMENTARY "FlagCommentary" Unsigned Once,
    0x55b0 COLOUR "Colour" Master Once,
    0x55b1 MATRIX_COEFFICIENTS "MatrixCoefficients" Unsigned Once,
    0x55b2 BITS_PER_CHANNEL "BitsPerChannel" Unsigned Once,
    0x55b3 CHROMA_SUBSAMPLING_HORZ "ChromaSubsamplingHorz" Unsigned Once,
    0x55b4 CHROMA_SUBSAMPLING_VERT "ChromaSubsamplingVert" Unsigned Once,
    0x55b5 CB_SUBSAMPLING_HORZ "CbSubsamplingHorz" Unsigned Once,
    0x55b6 CB_SUBSAMPLING_VERT "CbSubsamplingVert" Unsigned Once,
    0x55b7 CHROMA_SITING_HORZ "ChromaSitingHorz" Unsigned Once,
    0x55b8 CHROMA_SITING_VERT "ChromaSitingVert" Unsigned Once,
    0x55b9 RANGE "Range" Unsigned Once,
    0x55ba TRANSFER_CHARACTERISTICS "TransferCharacteristics" Unsigned Once,
    0x55bb PRIMARIES "Primaries" Unsigned Once,
    0x55bc MAX_CLL "MaxCLL" Unsigned Once,
    0x55bd MAX_FALL "MaxFALL" Unsigned Once,
    0x55d0 MASTERING_METADATA "MasteringMetadata" Master Once,
    0x55d1 PRIMARY_R_CHROMATICITY_X "PrimaryRChromaticityX" Float Once,
    0x55d2 PRIMARY_R_CHROMATICITY_Y "PrimaryRChromaticityY" Float Once,
    0x55d3 PRIMARY_G_CHROMATICITY_X "PrimaryGChromaticityX" Float Once,
    0x55d4 PRIMARY_G_CHROMATICITY_Y "PrimaryGChromaticityY" Float Once,
    0x55d5 PRIMARY_B_CHROMATICITY_X "PrimaryBChromaticityX" Float Once,
    0x55d6 PRIMARY_B_CHROMATICITY_Y "PrimaryBChromaticityY" Float Once,
    0x55d7 WHITE_POINT_CHROMATICITY_X "WhitePointChromaticityX" Float Once,
    0x55d8 WHITE_POINT_CHROMATICITY_Y "WhitePointChromaticityY" Float Once,
    0x55d9 LUMINANCE_MAX "LuminanceMax" Float Once,
    0x55da LUMINANCE_MIN "LuminanceMin" Float Once,
    0x55ee MAX_BLOCK_ADDITION_ID "MaxBlockAdditionID" Unsigned Once,
    0x5654 CHAPTER_STRING_UID "ChapterStringUID" Utf8 Once,
    0x56aa CODEC_DELAY "CodecDelay" Unsigned Once,
    0x56bb SEEK_PRE_ROLL "SeekPreRoll" Unsigned Once,
    0x5741 WRITING_APP "WritingApp" Utf8 Once,
    0x5854 SILENT_TRACKS "SilentTracks" Master Once,
    0x58d7 SILENT_TRACK_NUMBER "SilentTrackNumber" Unsigned Many,
    0x61a7 ATTACHED_FILE "AttachedFile" Master Many,
    0x6240 CONTENT_ENCODING "ContentEncoding" Master Many,
    0x6264 BIT_DEPTH "BitDepth" Unsigned Once,
    0x63a2 CODEC_PRIVATE "CodecPrivate" Binary Once,
    0x63c0 TARGETS "Targets" Master Once,
    0x63c3 CHAPTER_PHYSICAL_EQUIV "ChapterPhysicalEquiv" Unsigned Once,
    0x63c4 TAG_CHAPTER_UID "TagChapterUID" Unsigned Many,
    0x63c5 TAG_TRACK_UID "TagTrackUID" Unsigned Many,
    0x63c6 TAG_ATTACHMENT_UID "TagAttachmentUID" Unsigned Many,
    0x63c7 TAG_BLOCK_ADD_ID_VALUE "TagBlockAddIDValue" Unsigned Many,
    0x63c9 TAG_EDITION_UID "TagEditionUID" Unsigned Many,
    0x63ca TARGET_TYPE "TargetType" String Once,
    0x6624 TRACK_TRANSLATE "TrackTranslate" Master Many,
    0x66a5 TRACK_TRANSLATE_TRACK_ID "TrackTranslateTrackID" Binary Once,
    0x66bf TRACK_TRANSLATE_CODEC "TrackTranslateCodec" Unsigned Once,
    0x66fc TRACK_TRANSLATE_EDITION_UID "TrackTranslateEditionUID" Unsigned Many,
    0x67c8 SIMPLE_TAG "SimpleTag" Master Many,
    0x68ca TARGET_TYPE_VALUE "TargetTypeValue" Unsigned Once,
    0x6911 CHAP_PROCESS_COMMAND "ChapProcessCommand" Master Many,
    0x6922 CHAP_PROCESS_TIME "ChapProcessTime" Unsigned Once,
    0x6924 CHAPTER_TRANSLATE "ChapterTranslate" Master Many,
    0x6933 CHAP_PROCESS_DATA "ChapProcessData" Binary Once,
    0x6944 CHAP_PROCESS "ChapProcess" Master Many,
    0x6955 CHAP_PROCESS_CODEC_ID "ChapProcessCodecID" Unsigned Once,
    0x69a5 CHAPTER_TRANSLATE_ID "ChapterTranslateID" Binary Once,
    0x69bf CHAPTER_TRANSLATE_CODEC "ChapterTranslateCodec" Unsigned Once,
    0x69fc CHAPTER_TRANSLATE_EDITION_UID "ChapterTranslateEditionUID" Unsigned Many,
    0x6d80 CONTENT_ENCODINGS "ContentEncodings" Master Once,
    0x6de7 MIN_CACHE "MinCache" Unsigned Once,
    0x6df8 MAX_CACHE "MaxCache" Unsigned Once,
    0x6e67 CHAPTER_SEGMENT_UUID "ChapterSegmentUUID" Binary Once,
    0x6ebc CHAPTER_SEGMENT_EDITION_UID "ChapterSegmentEditionUID" Unsigned Once,
    0x6fab TRACK_OVERLAY "TrackOverlay" Unsigned Many,
    0x7373 TAG "Tag" Master Many,
    0x7384 SEGMENT_FILENAME "SegmentFilename" Utf8 Once,
    0x73a4 SEGMENT_UUID "SegmentUUID" Binary Once,
    0x73c4 CHAPTER_UID "ChapterUID" Unsigned Once,
    0x73c5 TRACK_UID "TrackUID" Unsigned Once,
    0x7446 ATTACHMENT_LINK "AttachmentLink" Unsigned Once,
    0x75a1 BLOCK_ADDITIONS "BlockAdditions" Master Once,
    0x75a2 DISCARD_PADDING "DiscardPadding" Signed Once,
    0x7670 PROJECTION "Projection" Master Once,
    0x7671 PROJECTION_TYPE "ProjectionType" Unsigned Once,
    0x7672 PROJECTION_PRIVATE "ProjectionPrivate" Binary Once,
    0x7673 PROJECTION_POSE_YAW "ProjectionPoseYaw" Float Once,
    0x7674 PROJECTION_POSE_PITCH "ProjectionPosePitch" Float Once,
    0x7675 PROJECTION_POSE_ROLL "ProjectionPoseRoll" Float Once,
    0x78b5 OUTPUT_SAMPLING_FREQUENCY "OutputSamplingFrequency" Float Once,
    0x7ba9 TITLE "Title" Utf8 Once,
    0x7d7b CHANNEL_POSITIONS "ChannelPositions" Binary Once,
    0x22b59c LANGUAGE "Language" String Once,
    0x22b59d LANGUAGE_BCP47 "LanguageBCP47" String Once,
    0x23314f TRACK_TIMESTAMP_SCALE "TrackTimestampScale" Float Once,
    0x234e7a DEFAULT_DECODED_FIELD_DURATION "DefaultDecodedFieldDuration" Unsigned Once,
    0x2383e3 FRAME_RATE "FrameRate" Float Once,
    0x23e383 DEFAULT_DURATION "DefaultDuration" Unsigned Once,
    0x258688 CODEC_NAME "CodecName" Utf8 Once,
    0x26b240 CODEC_DOWNLOAD_URL "CodecDownloadURL" String Many,
    0x2ad7b1 TIMESTAMP_SCALE "TimestampScale" Unsigned Once,
    0x2eb524 UNCOMPRESSED_FOUR_CC "UncompressedFourCC" Binary Once,
    0x2fb523 GAMMA_VALUE "GammaValue" Float Once,
    0x3a9697 CODEC_SETTINGS "CodecSettings" Utf8 Once,
    0x3b4040 CODEC_INFO_URL "CodecInfoURL" String Many,
    0x3c83ab PREV_FILENAME "PrevFilename" Utf8 Once,
    0x3cb923 PREV_UUID "PrevUUID" Binary Once,
    0x3e83bb NEXT_FILENAME "NextFilename" Utf8 Once,
    0x3eb923 NEXT_UUID "NextUUID" Binary Once,
    0x1043a770 CHAPTERS "Chapters" Master Many,
    0x114d9b74 SEEK_HEAD "SeekHead" Master Many,
    0x1254c367 TAGS "Tags" Master Many,
    0x1549a966 INFO "Info" Master Many,
    0x1654ae6b TRACKS "Tracks" Master Many,
    0x18538067 SEGMENT "Segment" Master Many,
    0x1941a469 ATTACHMENTS "Attachments" Master Once,
    0x1a45dfa3 EBML "EBML" Master Many,
    0x1c53bb6b CUES "Cues" Master Once,
    0x1f43b675 CLUSTER "Cluster" Master Many,
}

impl ElementId {
    /// Returns the name in the standard; `None` for an unknown ID.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        self.entry().map(|&(_, name, _)| name)
    }

    /// Returns the type of the body; `None` for an unknown ID.
    #[must_use]
    pub fn element_type(self) -> Option<ElementType> {
        self.entry().map(|&(_, _, element_type)| element_type)
    }

    /// Whether the ID has at least three bytes.
    pub(super) fn has_three_bytes(self) -> bool {
        self.0 > 0xffff
    }

    /// Whether the parent may have only one such element (`maxOccurs` 1, and not `recurring`).
    #[must_use]
    pub fn occurs_once(self) -> bool {
        self.once_index().is_some()
    }

    /// Number of known IDs.
    pub(super) const COUNT: usize = ELEMENTS.len();

    /// Returns the index in the table of an ID that may occur once.
    pub(super) fn once_index(self) -> Option<usize> {
        self.index().filter(|&at| OCCURS[at] == Occurs::Once)
    }

    fn index(self) -> Option<usize> {
        ELEMENTS.binary_search_by_key(&self.0, |&(id, _, _)| id).ok()
    }

    fn entry(self) -> Option<&'static (u32, &'static str, ElementType)> {
        ELEMENTS.get(self.index()?)
    }
}

/// The name, or the number of an unknown ID.
impl fmt::Display for ElementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:#x}", self.0),
        }
    }
}

impl fmt::Debug for ElementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_its_ids_are_valid() {
        assert!(ELEMENTS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for &(id, name, _) in ELEMENTS {
            let len = id.to_be_bytes().iter().skip_while(|&&byte| byte == 0).count();
            let bits = 7 * u32::try_from(len).unwrap();
            assert_eq!(id >> bits, 1, "{name} has its marker where {len} bytes need it");
        }
        assert!(ELEMENTS.len() > 250);
    }

    #[test]
    fn elements_that_occur_once() {
        assert!(ElementId::TIMESTAMP.occurs_once() && ElementId::CUES.occurs_once());
        // Recurring, unbounded, and unknown.
        for id in [ElementId::TRACKS, ElementId::SIMPLE_BLOCK, ElementId(0x1234_5678)] {
            assert!(!id.occurs_once(), "{id}");
        }
    }

    #[test]
    fn names() {
        assert_eq!(ElementId::CLUSTER.name(), Some("Cluster"));
        assert_eq!(ElementId::CRC_32.to_string(), "CRC-32");
        assert_eq!(ElementId(0x1234_5678).to_string(), "0x12345678");
        assert_eq!(ElementId::TAG_STRING.element_type(), Some(ElementType::Utf8));
    }
}
