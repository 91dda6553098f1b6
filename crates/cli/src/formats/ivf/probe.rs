//! The report of IVF, with ffprobe's names.

use pagecut::Result;
use pagecut::media::ivf::{Frame, Header};

use crate::probe::codec_tag;
use crate::probe::coding::describe_first_packets;
use crate::probe::picture::Picture;
use crate::probe::ratio::Ratio;
use crate::probe::report::{Format, Report, Stream, Times};
use crate::probe::whole::{self, Whole};
use crate::streams::Kind;

/// Number of frames whose times are analysed.
const FIRST_FRAMES: usize = 64;

/// Reads the header and the first frames; all of them if they are counted. The first error of the frames is added to `errors`.
pub(super) fn report<'data>(
    header: &Header,
    mut frames: impl Iterator<Item = Result<Frame<'data>>>,
    len: u64,
    count_packets: bool,
    errors: &mut Vec<String>,
) -> Report {
    let mut first = Vec::new();
    for frame in frames.by_ref().take(FIRST_FRAMES) {
        match frame {
            Ok(frame) => first.push(frame),
            Err(error) => errors.push(error.to_string()),
        }
    }
    let mut streams = vec![stream(header, &first)];
    if count_packets {
        let mut count = first.len() as u64;
        for frame in frames {
            match frame {
                Ok(_) => count += 1,
                Err(error) => errors.push(error.to_string()),
            }
        }
        streams[0].nb_read_packets = Some(count);
    }
    let whole = Whole::complete(&mut streams, &[], whole::is_subtitle_or_data, None);
    let format = Format::new(("ivf", "On2 IVF"), len, whole.start, whole.duration);
    Report { programs: Vec::new(), streams, chapters: Vec::new(), format }
}

fn stream(header: &Header, first: &[Frame<'_>]) -> Stream {
    let mut stream = Stream::bare(0, Kind::Video, header.time_base());
    stream.codec_name = header.codec_name();
    stream.codec_tag_string = codec_tag::string(header.four_cc);
    stream.codec_tag = codec_tag::number(header.four_cc);
    let mut picture = Picture::default();
    (picture.width, picture.height) = (header.width.into(), header.height.into());
    stream.picture = Some(picture);
    (stream.r_frame_rate, stream.avg_frame_rate) = rates(header);
    let payload = first.first().map_or(&[][..], |frame| frame.payload);
    describe_first_packets(&mut stream, payload, first.iter().map(|frame| frame.pts));
    // Like ffprobe, assumes that each frame lasts one time unit.
    let (start, duration) = (first.first().map(|frame| frame.pts), i64::from(header.frame_count));
    stream.times = Times::new(stream.time_base, start, Some(duration));
    stream
}

/// Returns the frame rates that ffprobe derives from the time base: a unit longer than a millisecond is the duration of a frame; a shorter
/// one gives no rate.
fn rates(header: &Header) -> (Option<Ratio>, Option<Ratio>) {
    const UNITS_PER_SECOND: u64 = 1000;
    let (numerator, denominator) =
        (u64::from(header.time_base_numerator), u64::from(header.time_base_denominator));
    if numerator * UNITS_PER_SECOND > denominator {
        (Ratio::new(denominator, numerator), Some(Ratio::NONE))
    } else {
        (None, None)
    }
}
