//! Tags: names and values, in the order of the file.

use std::collections::HashMap;

/// Names and values in file order. Names are unique, ignoring case; the last value applies.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pairs {
    pairs: Vec<(String, String)>,
    /// The index of each name in lower case.
    indexes: HashMap<String, usize>,
}

impl Pairs {
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        let pair = (name.to_owned(), value.into());
        let index = *self.indexes.entry(name.to_ascii_lowercase()).or_insert(self.pairs.len());
        match self.pairs.get_mut(index) {
            Some(known) => *known = pair,
            None => self.pairs.push(pair),
        }
    }

    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    pub(crate) fn into_vec(self) -> Vec<(String, String)> {
        self.pairs
    }
}

/// Formats a time like ffprobe, from microseconds since the start of 1970.
pub(crate) fn date_time(micros: i64) -> String {
    const DAY: i64 = 86_400_000_000;
    /// Days from 0000-03-01 to 1970-01-01 in the Gregorian calendar.
    const EPOCH: i64 = 719_468;
    let (day, time) = (micros.div_euclid(DAY) + EPOCH, micros.rem_euclid(DAY));
    // Years begin in March, so that the leap day is last; an era is 400 years.
    let (era, day) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    let (seconds, micros) = (time / 1_000_000, time % 1_000_000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{micros:06}Z", era * 400 + year)
}
