//! Writes tracks and attached files.

use pagecut::Result;
use pagecut::media::matroska::Segment;

use crate::extract::{Place, available, no_track};
use crate::media::frames::{self, Storage};
use crate::media::unsupported;
use crate::report;

/// Writes the frames of a track of Matroska, in all segments, in file order. Continues after damage.
pub(super) fn frames(data: &[u8], number: u64, place: &Place<'_>) -> Result<bool> {
    let mut segment = Segment::read(data)?;
    let numbers = segment.tracks().iter().map(|track| track.number);
    segment.track_index(number).ok_or_else(|| no_track(number, numbers))?;
    let mut sink = None;
    let mut all_good = true;
    let mut tell = |error: &pagecut::Error| {
        report::error(place.name, error);
        all_good = false;
    };
    loop {
        segment.faults().iter().for_each(&mut tell);
        let index = segment.track_index(number);
        let track = index.map(|index| &segment.tracks()[index]);
        let storage = track.map_or(Storage::Plain, |track| Storage::of(track.frame_encoding()));
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
                    // A damaged frame is not written, and no frame is held in memory, whatever its length.
                    let (data, offset) = (packet.payload.data, packet.offset);
                    match frames::read(data, offset, storage, &mut |_| Ok(())) {
                        Ok(()) => frames::read(data, offset, storage, &mut |piece| sink.write(piece))?,
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

/// Writes a file attached to Matroska. Returns whether no attachment is damaged; damaged ones are reported.
pub(super) fn attachment(data: &[u8], wanted: &str, place: &Place<'_>) -> Result<bool> {
    let segment = Segment::read(data)?;
    let (mut files, mut all_good) = (Vec::new(), true);
    for file in segment.attachments()? {
        match file {
            Ok(file) => files.push(file),
            Err(error) => {
                report::error(place.name, &error);
                all_good = false;
            }
        }
    }
    let by_number = || files.get(wanted.parse::<usize>().ok()?.checked_sub(1)?);
    let found = files.iter().find(|file| file.name == wanted.as_bytes()).or_else(by_number);
    let file = found.ok_or_else(|| {
        let names = files.iter().map(|file| String::from_utf8_lossy(file.name).escape_debug().to_string());
        unsupported(format!("there is no attached file {wanted}; {}", available("attached file", names)))
    })?;
    let mut sink = place.open(data)?;
    sink.put(file.data_offset..file.data_offset + file.data.len() as u64)?;
    sink.finish().map(|()| all_good)
}
