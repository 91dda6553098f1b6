//! Quality scores by tile and position.

use std::collections::BTreeMap;

use super::{float, judged};
use crate::qc::java_order::order;
use crate::qc::report::{Encoding, Module, Positions, TileQuality};
use crate::qc::{Grouping, Limits, axis};

/// Every tenth read counts.
pub(in crate::qc) const STEP: u64 = 10;

/// No results are given for more tiles.
const MAX_TILES: usize = 1001;

/// No results are given for more positions of all tiles together, whose counts take 32 MiB.
const MAX_POSITIONS: usize = 1 << 20;

/// Number and sum of the scores of a tile at a position, for characters from 33 and from 64, since the encoding is known at the end.
#[derive(Debug, Clone, Copy, Default)]
struct Scores {
    all: (u64, u64),
    from_64: (u64, u64),
}

#[derive(Debug, Default)]
struct Tile {
    /// Number of the tile in the order of first occurrence.
    number: usize,
    lowest: Option<u8>,
    positions: Vec<Scores>,
}

/// Scores of every tenth read by tile and position.
#[derive(Debug, Default)]
pub(in crate::qc) struct TileCounts {
    given_up: bool,
    /// The field of the definition that is the tile.
    field: Option<usize>,
    tiles: BTreeMap<i32, Tile>,
    /// Number of positions of all tiles.
    positions: usize,
}

impl TileCounts {
    /// Returns whether no results can be given.
    pub(in crate::qc) fn is_given_up(&self) -> bool {
        self.given_up
    }

    /// Adds a read. The definition is without `@`.
    pub(in crate::qc) fn add(&mut self, definition: &[u8], quality: &[u8]) {
        if !self.given_up && self.try_add(definition, quality).is_none() {
            *self = Self { given_up: true, ..Self::default() };
        }
    }

    fn try_add(&mut self, definition: &[u8], quality: &[u8]) -> Option<()> {
        let (fields, tile) = self.tile(definition)?;
        if fields <= self.field? {
            return None;
        }
        let number = self.tiles.len();
        if number >= MAX_TILES && !self.tiles.contains_key(&tile) {
            return None;
        }
        let tile = self.tiles.entry(tile).or_insert_with(|| Tile { number, ..Tile::default() });
        if let Some(more) = quality.len().checked_sub(tile.positions.len()).filter(|&more| more > 0) {
            self.positions += more;
            if self.positions > MAX_POSITIONS {
                return None;
            }
            tile.positions.resize(quality.len(), Scores::default());
        }
        tile.lowest = quality.iter().copied().chain(tile.lowest).min();
        for (scores, &character) in tile.positions.iter_mut().zip(quality) {
            scores.all = (scores.all.0 + 1, scores.all.1 + u64::from(character));
            if character >= Encoding::OFFSET_64 {
                scores.from_64 = (scores.from_64.0 + 1, scores.from_64.1 + u64::from(character));
            }
        }
        Some(())
    }

    /// Returns the number of fields of a definition, and the tile.
    fn tile(&mut self, definition: &[u8]) -> Option<(usize, i32)> {
        let end = definition.iter().rposition(|&byte| byte != b':').map_or(0, |last| last + 1);
        let fields = definition[..end].split(|&byte| byte == b':').count();
        let field = *self.field.get_or_insert(match fields {
            7.. => 4,
            5 | 6 => 2,
            _ => return None,
        });
        let text = definition[..end].split(|&byte| byte == b':').nth(field)?;
        // Rust's numbers are those of Java: an optional sign, then digits.
        Some((fields, std::str::from_utf8(text).ok()?.parse().ok()?))
    }

    pub(in crate::qc) fn results(
        &self,
        grouping: Grouping,
        limits: &Limits,
    ) -> Option<Module<Vec<TileQuality>>> {
        let len = self.tiles.values().map(|tile| tile.positions.len()).max().filter(|&len| len > 0)?;
        let offset = self.encoding()?.offset();
        let groups = axis::groups(grouping, len as u64);
        let mut columns: Vec<Vec<f64>> = self
            .tiles
            .values()
            .map(|tile| groups.iter().map(|&group| tile.mean(group, offset)).collect())
            .collect();
        let mut highest = 0.0_f64;
        for group in 0..groups.len() {
            let sum = columns.iter().fold(0.0, |sum, column| sum + column[group]);
            let average = sum / float(columns.len() as u64);
            for column in &mut columns {
                column[group] -= average;
                // A comparison with NaN is false.
                if column[group].abs() > highest {
                    highest = column[group].abs();
                }
            }
        }
        let rows = self.tiles.keys().zip(&columns).flat_map(|(&tile, column)| {
            groups.iter().zip(column).map(move |(&positions, &deviation)| TileQuality {
                tile,
                positions,
                deviation,
            })
        });
        let (fails, warns) = (highest > limits.tile_quality.error, highest > limits.tile_quality.warn);
        Some(judged(rows.collect(), fails, warns))
    }

    /// Returns the encoding: FastQC guesses it from the first tile in its table.
    fn encoding(&self) -> Option<Encoding> {
        let mut tiles: Vec<_> = self.tiles.iter().collect();
        tiles.sort_unstable_by_key(|(_, tile)| tile.number);
        let first = *order(tiles.iter().map(|(tile, _)| tile.cast_unsigned())).first()?;
        Some(Encoding::of_lowest(tiles.get(first)?.1.lowest))
    }
}

impl Tile {
    fn mean(&self, group: Positions, offset: u8) -> f64 {
        let index = |position: u64| usize::try_from(position).unwrap_or(usize::MAX).min(self.positions.len());
        let positions = &self.positions[index(group.first - 1)..index(group.last)];
        let (mut sum, mut number) = (0.0, 0);
        for scores in positions.iter().filter(|scores| scores.all.0 > 0) {
            let (count, characters) = if offset < Encoding::OFFSET_64 { scores.all } else { scores.from_64 };
            number += 1;
            sum += float(characters - count * u64::from(offset)) / float(count);
        }
        if number > 0 { sum / float(number) } else { 0.0 }
    }
}
