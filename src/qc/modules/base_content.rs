//! Shares of bases by position.

use super::{float, judged};
use crate::qc::Limits;
use crate::qc::letters::{A, C, G, N, T};
use crate::qc::position_counts::{PositionCounts, sum_of_letters};
use crate::qc::report::{BaseContent, Module, Positions};

/// Returns the shares of A, C, G and T.
pub(in crate::qc) fn base_content(
    counts: &PositionCounts,
    groups: &[Positions],
    limits: &Limits,
) -> Module<Vec<BaseContent>> {
    let rows: Vec<_> = groups
        .iter()
        .map(|&positions| {
            let letters = sum_of_letters(counts, positions);
            let total = float(letters[G] + letters[A] + letters[T] + letters[C]);
            let share = |letter: usize| float(letters[letter]) / total * 100.0;
            BaseContent { positions, g: share(G), a: share(A), t: share(T), c: share(C) }
        })
        .collect();
    let above =
        |limit: f64| rows.iter().any(|row| (row.c - row.g).abs() > limit || (row.t - row.a).abs() > limit);
    let (fails, warns) = (above(limits.base_content.error), above(limits.base_content.warn));
    judged(rows, fails, warns)
}

/// Returns the share of N.
pub(in crate::qc) fn n_content(
    counts: &PositionCounts,
    groups: &[Positions],
    limits: &Limits,
) -> Module<Vec<(Positions, f64)>> {
    let rows: Vec<_> = groups
        .iter()
        .map(|&positions| {
            let letters = sum_of_letters(counts, positions);
            (positions, 100.0 * (float(letters[N]) / float(letters.iter().sum())))
        })
        .collect();
    let above = |limit: f64| rows.iter().any(|row| row.1 > limit);
    let (fails, warns) = (above(limits.n_content.error), above(limits.n_content.warn));
    judged(rows, fails, warns)
}
