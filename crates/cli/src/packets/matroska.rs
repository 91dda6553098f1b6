//! Packets of Matroska and WebM.

use std::io;

use pagecut::Result;
use pagecut::media::matroska::{Packet, Segment};

use super::row::Row;
use super::{Wanted, crc32};
use crate::media::frames::{self, Storage};
use crate::media::tracks::{Numbering, attachments, kind_of_attachment};
use crate::streams::Kind;
use crate::time_base::TimeBase;

/// Gives the packets of all segments in the order of the file. After damage they continue.
pub(crate) fn packets(
    mut segment: Segment<'_>,
    of: &Wanted<'_>,
    put: &mut dyn FnMut(Result<Row>) -> io::Result<()>,
) -> io::Result<()> {
    let mut numbering = Numbering::of(&segment);
    pictures(&segment, &numbering, of, put)?;
    let mut wanted = of.streams(numbering.kinds());
    loop {
        segment.faults().iter().try_for_each(|fault| put(Err(fault.clone())))?;
        if wanted.len() != numbering.kinds().len() {
            wanted = of.streams(numbering.kinds());
        }
        let mut packets = segment.packets();
        for packet in packets.by_ref() {
            let packet = match packet {
                Ok(packet) => packet,
                Err(error) => {
                    put(Err(error))?;
                    continue;
                }
            };
            let (stream, track) = (numbering.streams()[packet.track], &segment.tracks()[packet.track]);
            if !wanted[stream] {
                continue;
            }
            let (size, crc32) = match measure(&packet, Storage::of(track), of.hashes) {
                Ok(measured) => measured,
                Err(error) => {
                    put(Err(error))?;
                    continue;
                }
            };
            put(Ok(Row {
                kind: Kind::of_matroska(track),
                stream,
                time_base: TimeBase::nanoseconds(track.tick(segment.info().timestamp_scale)),
                pts: packet.pts,
                dts: packet.dts,
                duration: packet.duration,
                size,
                pos: Some(packet.block_offset),
                data_pos: Some(packet.offset),
                // The block says it of all of its frames; ffprobe, of the first.
                is_key: packet.is_key && packet.lace == 0,
                is_discarded: false,
                crc32,
            }))?;
        }
        let Some(next) = packets.next_segment() else { return Ok(()) };
        segment = next;
        numbering.next(&segment);
    }
}

/// The length of a frame as it was before it was stored, and its CRC-32 if that is wanted.
fn measure(packet: &Packet<'_>, storage: Storage, with_crc32: bool) -> Result<(u64, Option<u32>)> {
    if storage.is_plain() {
        let hash = with_crc32.then(|| crc32(packet.payload.slices()));
        return Ok((packet.payload.len() as u64, hash));
    }
    let (mut size, mut hasher) = (0, crc32fast::Hasher::new());
    frames::read(packet, storage, &mut |piece| {
        size += piece.len() as u64;
        if with_crc32 {
            hasher.update(piece);
        }
        Ok(())
    })?;
    Ok((size, with_crc32.then(|| hasher.finalize())))
}

/// Gives the attached pictures, which ffprobe lists as packets without times before all others.
fn pictures(
    segment: &Segment<'_>,
    numbering: &Numbering<'_>,
    of: &Wanted<'_>,
    put: &mut dyn FnMut(Result<Row>) -> io::Result<()>,
) -> io::Result<()> {
    let mut faults = Vec::new();
    let attachments = attachments(segment, &mut |fault| faults.push(fault));
    faults.into_iter().try_for_each(|fault| put(Err(fault)))?;
    let wanted = of.streams(numbering.kinds());
    for (file, stream) in attachments.iter().zip(numbering.attachments()) {
        let kind = kind_of_attachment(file);
        if kind != Kind::Video || !wanted[stream] {
            continue;
        }
        put(Ok(Row {
            kind,
            stream,
            time_base: TimeBase::per_second(90_000),
            pts: None,
            dts: None,
            duration: None,
            size: file.data.len() as u64,
            pos: None,
            data_pos: Some(file.data_offset),
            is_key: true,
            is_discarded: false,
            crc32: of.hashes.then(|| crc32([file.data])),
        }))?;
    }
    Ok(())
}
