//! `pagecut extract`: what media hold.

mod boxes;
mod sink;

use std::cell::RefCell;
use std::io;
use std::path::Path;

use pagecut::media::matroska::Segment;
use pagecut::media::mp4::{Movie, Tree};
use pagecut::media::mpegts::Packets;
use pagecut::{FileKind, Result};

use crate::cli::{Common, Extract};
use crate::media::frames::Storage;
use crate::media::{self, frames, names, unsupported};
use crate::{input, output, report};
use sink::Place;

/// What is to be written.
enum Wanted<'args> {
    Track(u64),
    Pid(u16),
    Attachment(&'args str),
    Box(&'args str),
}

impl<'args> Wanted<'args> {
    /// What the arguments ask for, which is one of them.
    fn of(args: &'args Extract) -> Option<Self> {
        let track = args.track.map(Self::Track);
        let pid = args.pid.map(Self::Pid);
        let attachment = args.attachment.as_deref().map(Self::Attachment);
        track.or(pid).or(attachment).or(args.mp4_box.as_deref().map(Self::Box))
    }
}

/// What is done to all bytes of an input. Returns whether all that was asked for is there.
type Work<'run> = Box<dyn FnOnce(&[u8]) -> Result<bool> + 'run>;

/// Writes what is asked for, and notes whether all of it is there.
pub(crate) fn run(args: &Extract, common: &Common, all_good: &mut bool) -> io::Result<()> {
    let path = input::inputs(args.file.as_slice()).remove(0);
    let name = path.display().to_string();
    *all_good &= report::outcome(&name, extract(args, &path, &name, common))?;
    Ok(())
}

/// Writes what is asked for. Returns whether all of it is there; if it is not, that was told.
fn extract(args: &Extract, path: &Path, name: &str, common: &Common) -> Result<bool> {
    let source = input::open_to_read(path, &args.limit, common)?;
    let Some(wanted) = Wanted::of(args) else { return Err(unsupported("nothing was asked for")) };
    let output = args.output.as_deref();
    let place = &Place { output, input: path, source: &source, finished: RefCell::default() };
    // Before all of the input is read, which may be for nothing.
    let work: Work<'_> = match (source.detect()?, wanted) {
        (FileKind::Mp4, Wanted::Track(id)) => Box::new(move |data| samples(data, id, place).map(|()| true)),
        (FileKind::Mp4, Wanted::Box(path)) => {
            Box::new(move |data| boxes_at(data, path, place).map(|()| true))
        }
        (FileKind::Matroska, Wanted::Track(number)) => {
            Box::new(move |data| frames(data, number, name, place))
        }
        (FileKind::Matroska, Wanted::Attachment(wanted)) => {
            Box::new(move |data| attachment(data, wanted, name, place))
        }
        (FileKind::MpegTs(packets), Wanted::Pid(pid)) => {
            Box::new(move |data| elementary_stream(data, packets, pid, name, place))
        }
        (FileKind::MpegTs(_), _) => {
            return Err(unsupported("a transport stream has nothing but PIDs (--pid)"));
        }
        (_, Wanted::Pid(_)) => return Err(unsupported("only a transport stream has PIDs")),
        (FileKind::Mp4, Wanted::Attachment(_)) => return Err(unsupported("MP4 has no attached files")),
        (FileKind::Matroska, Wanted::Box(_)) => return Err(unsupported("Matroska has no boxes")),
        _ => return Err(unsupported("something is extracted of media only: MP4, Matroska and MPEG-TS")),
    };
    let done = media::with_whole(&source, name, common, work);
    // What could be read is complete, though there is damage.
    if done.as_ref().err().is_none_or(output::is_complete_with)
        && let Some(file) = place.finished.take()
    {
        file.commit()?;
    }
    done
}

/// Writes the samples of a track of MP4, in the order in which they are decoded.
fn samples(data: &[u8], id: u64, place: &Place<'_>) -> Result<()> {
    let movie = Movie::read(data)?;
    let track = movie.tracks().iter().find(|track| u64::from(track.id()) == id);
    let track = track.ok_or_else(|| no_track(id, movie.tracks().iter().map(|track| track.id().into())))?;
    let mut sink = place.open(data)?;
    for sample in track.samples() {
        match sample {
            Ok(sample) => sink.put(sample.range)?,
            // What is before it is written all the same.
            Err(error) => return sink.finish().and(Err(error)),
        }
    }
    sink.finish()?;
    // Bytes that are no media data, or those of another track, are reported.
    movie.check_layout()
}

/// Writes the frames of a track of Matroska, in all segments, in the order of the file. After damage it continues.
fn frames(data: &[u8], number: u64, name: &str, place: &Place<'_>) -> Result<bool> {
    let mut segment = Segment::read(data)?;
    let numbers = segment.tracks().iter().map(|track| track.number);
    segment.track_index(number).ok_or_else(|| no_track(number, numbers))?;
    let mut sink = None;
    let mut all_good = true;
    let mut tell = |error: &pagecut::Error| {
        report::error(name, error);
        all_good = false;
    };
    loop {
        segment.faults().iter().for_each(&mut tell);
        let index = segment.track_index(number);
        let track = index.map(|index| &segment.tracks()[index]);
        let storage = track.map_or(Storage::Plain, Storage::of);
        if !storage.is_readable() {
            return Err(unsupported(
                "the frames of the track are encrypted, or compressed with something else than zlib, bzip2 or LZO",
            ));
        }
        let sink = match &mut sink {
            Some(sink) => sink,
            none => none.insert(place.open(data)?),
        };
        let mut packets = segment.packets();
        for packet in packets.by_ref() {
            match packet {
                Ok(packet) if Some(packet.track) == index && !storage.is_plain() => {
                    // Of a damaged frame nothing is written, and no frame is held, however long it is.
                    match frames::read(&packet, storage, &mut |_| Ok(())) {
                        Ok(()) => frames::read(&packet, storage, &mut |piece| sink.write(piece))?,
                        Err(error) => tell(&error),
                    }
                }
                Ok(packet) if Some(packet.track) == index => {
                    sink.write(packet.payload.prefix)?;
                    sink.put(packet.offset..packet.offset + packet.payload.data.len() as u64)?;
                }
                Ok(_) => {}
                Err(error) => tell(&error),
            }
        }
        let Some(next) = packets.next_segment() else { break };
        segment = next;
    }
    if let Some(sink) = sink {
        sink.finish()?;
    }
    Ok(all_good)
}

/// Writes the payload of the PES packets of a PID. Behind damage it goes on.
fn elementary_stream(data: &[u8], packets: Packets, pid: u16, name: &str, place: &Place<'_>) -> Result<bool> {
    let mut pes_packets = packets.pes_packets(data).of_pids([pid]).peekable();
    if pes_packets.peek().is_none() {
        return Err(unsupported(format!("there are no PES packets of PID 0x{pid:04x}")));
    }
    let mut sink = place.open(data)?;
    let mut all_good = true;
    for packet in pes_packets {
        match packet {
            Ok(packet) => {
                packet.pieces().try_for_each(|piece| sink.write(piece))?;
                if packet.is_damaged() {
                    let offset = packet.range().start;
                    report::error(
                        name,
                        &format!("bytes are missing of the PES packet that begins at byte {offset}"),
                    );
                    all_good = false;
                }
            }
            Err(error) => {
                report::error(name, &error);
                all_good = false;
            }
        }
    }
    sink.finish().map(|()| all_good)
}

/// Writes a file that is attached to Matroska. Returns whether no attachment is damaged; a damaged one is reported.
fn attachment(data: &[u8], wanted: &str, name: &str, place: &Place<'_>) -> Result<bool> {
    let segment = Segment::read(data)?;
    let (mut files, mut all_good) = (Vec::new(), true);
    for file in segment.attachments()? {
        match file {
            Ok(file) => files.push(file),
            Err(error) => {
                report::error(name, &error);
                all_good = false;
            }
        }
    }
    let by_number = || files.get(wanted.parse::<usize>().ok()?.checked_sub(1)?);
    let found = files.iter().find(|file| file.name == wanted.as_bytes()).or_else(by_number);
    let file = found.ok_or_else(|| {
        let names = files.iter().map(|file| names::text(file.name).escape_debug().to_string());
        unsupported(format!("there is no attached file {wanted}: {}", there_is(names)))
    })?;
    let mut sink = place.open(data)?;
    sink.put(file.data_offset..file.data_offset + file.data.len() as u64)?;
    sink.finish().map(|()| all_good)
}

/// Writes all boxes of a path.
fn boxes_at(data: &[u8], path: &str, place: &Place<'_>) -> Result<()> {
    let mut path = boxes::Path::parse(path)?;
    let mut found = Vec::new();
    for node in Tree::of(data) {
        let node = node?;
        if path.leads_to(&node) {
            found.push(node.mp4_box.range());
        }
    }
    if found.is_empty() {
        return Err(unsupported(format!("there is no box {path}")));
    }
    let mut sink = place.open(data)?;
    found.into_iter().try_for_each(|range| sink.put(range))?;
    sink.finish()
}

fn no_track(wanted: u64, tracks: impl Iterator<Item = u64>) -> pagecut::Error {
    let tracks = tracks.map(|track| track.to_string());
    unsupported(format!("there is no track {wanted}: {}", there_is(tracks)))
}

/// What there is instead of what was asked for, though not more than can be read.
fn there_is(names: impl Iterator<Item = String>) -> String {
    const MOST: usize = 20;
    let mut names: Vec<_> = names.take(MOST + 1).collect();
    if names.is_empty() {
        return "there is none".to_owned();
    }
    if let Some(last) = names.get_mut(MOST) {
        "...".clone_into(last);
    }
    format!("there is {}", names.join(", "))
}
