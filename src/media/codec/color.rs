//! Colour code points (ITU-T H.273).

/// The colour representation of samples (ITU-T H.273).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Color {
    /// `VideoFullRangeFlag`; `None` if the stream does not specify it.
    pub is_full_range: Option<bool>,
    /// `ColourPrimaries`: 1 is BT.709, 2 is unspecified.
    pub primaries: u8,
    /// `TransferCharacteristics`: 1 is BT.709, 2 is unspecified.
    pub transfer: u8,
    /// `MatrixCoefficients`: 0 is RGB, 1 is BT.709, 2 is unspecified.
    pub matrix: u8,
}

impl Color {
    /// The code point "unspecified" of all three fields.
    pub const UNSPECIFIED: u8 = 2;
}

impl Default for Color {
    /// Returns unspecified values.
    fn default() -> Self {
        let unspecified = Self::UNSPECIFIED;
        Self { is_full_range: None, primaries: unspecified, transfer: unspecified, matrix: unspecified }
    }
}
