//! The object to extract.

use pagecut::Result;

use crate::media::unsupported;

/// The object to extract.
pub(crate) enum Wanted<'args> {
    Track(u64),
    Pid(u16),
    Attachment(&'args str),
    Box(&'args str),
}

/// Extracts from all bytes of an input. Returns whether everything requested is there.
pub(crate) type Work<'run> = Box<dyn FnOnce(&[u8]) -> Result<bool> + 'run>;

/// Returns the error that there is no such track.
pub(crate) fn no_track(wanted: u64, tracks: impl Iterator<Item = u64>) -> pagecut::Error {
    let tracks = tracks.map(|track| track.to_string());
    unsupported(format!("there is no track {wanted}; {}", available("track", tracks)))
}

/// Lists the available objects instead of the missing one, up to a limit.
pub(crate) fn available(noun: &str, names: impl Iterator<Item = String>) -> String {
    const MOST: usize = 20;
    let mut names: Vec<_> = names.take(MOST + 1).collect();
    if let Some(last) = names.get_mut(MOST) {
        "...".clone_into(last);
    }
    match &names[..] {
        [] => format!("the file has no {noun}s"),
        [name] => format!("the only {noun} is {name}"),
        names => format!("the {noun}s are {}", names.join(", ")),
    }
}
