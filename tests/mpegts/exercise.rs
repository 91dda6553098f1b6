//! Calls all methods on a stream.

use pagecut::media::mpegts::{Continuity, Packets, SectionReader, Summary};
use pagecut::{Piece, Resync};

/// Calls all methods and checks that the results add up to the stream.
pub(crate) fn exercise(packets: Packets, data: &[u8]) {
    let mut pieces = packets.pieces(data);
    let (mut summary, mut continuity, mut reader) = (Summary::new(), Continuity::new(), SectionReader::new());
    let mut end = 0;
    for piece in pieces.by_ref() {
        let range = match piece {
            Piece::Gap(gap) => {
                assert_eq!(gap.error.offset(), Some(gap.range.start));
                gap.range
            }
            Piece::Record(packet) => {
                summary.add(packet);
                continuity.check(packet);
                if let Some(field) = packet.adaptation_field() {
                    let _ = (
                        field.pcr(),
                        field.opcr(),
                        field.splice_countdown(),
                        field.private_data(),
                        field.extension(),
                    );
                }
                // Packets of all PIDs are read as sections, so counters are wrong and payloads are no sections.
                reader.read(packet, |section| match section {
                    Ok(section) => assert!(section.body().len() <= section.as_bytes().len()),
                    Err(error) => assert!(error.offset().is_some_and(|offset| offset < data.len() as u64)),
                });
                packet.range()
            }
        };
        assert_eq!(range.start, end, "pieces lie one behind the other");
        end = range.end;
    }
    assert_eq!((end, pieces.tally().bytes()), (data.len() as u64, data.len() as u64));

    for program in packets.programs(data).iter() {
        program.descriptors().chain(program.streams().flat_map(|stream| stream.descriptors())).for_each(
            |descriptor| {
                let _ = (descriptor.language(), descriptor.registration());
            },
        );
        let _ = (
            program.service().map(|service| (service.name().len(), service.provider().len())),
            program.pcr_pid(),
        );
    }
    for packet in packets.pes_packets(data) {
        match packet {
            Ok(packet) => {
                let len: usize = packet.pieces().map(<[u8]>::len).sum();
                assert_eq!(len as u64, packet.len(), "{packet:?}");
                assert!(packet.range().end <= data.len() as u64);
            }
            Err(error) => {
                assert!(error.offset().is_some_and(|offset| offset <= data.len() as u64), "{error}")
            }
        }
    }
}
