//! Transformation matrices.

use super::fields::Fields;
use crate::error::Result;

/// A transformation matrix (ISO/IEC 14496-12 §8.2.2 and §8.3.2; QuickTime File Format, *Matrices*): `a b u c d v x y w`;
/// `u`, `v` and `w` are in units of 2^-30, the others in 65,536ths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matrix(pub [i32; 9]);

impl Matrix {
    /// The identity matrix.
    pub const IDENTITY: Self = Self([1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30]);

    pub(super) fn read(fields: &mut Fields<'_>) -> Result<Self> {
        let mut matrix = [0; 9];
        for value in &mut matrix {
            *value = fields.i32()?;
        }
        Ok(Self(matrix))
    }

    /// Returns the product: first this transformation, then the other one. Each element wraps at 32 bits.
    #[must_use]
    pub fn then(self, other: Self) -> Self {
        const SHIFTS: [u32; 3] = [16, 16, 30];
        let cell = |index: usize| {
            let (row, column) = (index / 3, index % 3);
            let terms = SHIFTS.iter().enumerate().map(|(inner, shift)| {
                (i64::from(self.0[3 * row + inner]) * i64::from(other.0[3 * inner + column])) >> shift
            });
            terms.fold(0_i32, |sum, term| sum.wrapping_add(low_bits(term)))
        };
        Self(std::array::from_fn(cell))
    }
}

/// Returns the low 32 bits.
fn low_bits(term: i64) -> i32 {
    let [b0, b1, b2, b3, ..] = term.to_le_bytes();
    i32::from_le_bytes([b0, b1, b2, b3])
}

impl Default for Matrix {
    fn default() -> Self {
        Self::IDENTITY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_changes_no_matrix() {
        let quarter = Matrix([0, 1 << 16, 0, -(1 << 16), 0, 0, 480 << 16, 0, 1 << 30]);
        assert_eq!(quarter.then(Matrix::IDENTITY), quarter);
        assert_eq!(Matrix::IDENTITY.then(quarter), quarter);
    }

    #[test]
    fn two_quarter_turns_are_half_a_turn() {
        let quarter = Matrix([0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30]);
        assert_eq!(quarter.then(quarter), Matrix([-(1 << 16), 0, 0, 0, -(1 << 16), 0, 0, 0, 1 << 30]));
    }

    #[test]
    fn extreme_values_do_not_overflow() {
        let extreme = Matrix([i32::MIN; 9]);
        assert_eq!(extreme.then(extreme), Matrix([0; 9]));
    }
}
