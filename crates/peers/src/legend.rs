//! The work of each row per record, described below a table and marked by a letter in it.

use std::fmt;

use crate::row::Row;

#[derive(Debug)]
pub(crate) struct Legend(Vec<&'static str>);

impl Legend {
    pub(crate) fn of<'row>(rows: impl Iterator<Item = &'row Row>) -> Self {
        let mut works = Vec::new();
        for row in rows {
            if !works.contains(&row.work) {
                works.push(row.work);
            }
        }
        Self(works)
    }

    /// Returns the letter of a description.
    pub(crate) fn mark(&self, work: &str) -> String {
        let place = self.0.iter().position(|known| *known == work);
        place.and_then(|place| ('a'..='z').nth(place)).map_or_else(String::new, String::from)
    }
}

impl fmt::Display for Legend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Work per record (column \"work\"):")?;
        self.0.iter().try_for_each(|work| writeln!(f, "  {}  {work}", self.mark(work)))
    }
}
