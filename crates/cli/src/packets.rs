//! `pagecut packets`: the packets of media files, as `ffprobe -show_packets` prints them.

mod list;
mod row;
mod rows;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use pagecut::Result;
use pagecut::media::Container;

use crate::args::{Common, Limit};
use crate::named_source::NamedSource;
use crate::streams::Selection;
use crate::{formats, input, report};
use list::{List, PacketsFormat};
use row::Field;
use rows::{Rows, Wanted};

/// Arguments of `pagecut packets`.
#[derive(Debug, Args)]
#[command(
    after_help = "Rows, order and values are those of `ffprobe -show_packets -of csv=p=0`, without a header line; the order of the \
                  fields is fixed, whatever the order of --entries. With several files, each row starts with the name of its file, and \
                  JSON has one object per file.\n\n\
                  Nothing is decoded, so fields that ffprobe obtains by decoding or guesses are N/A: the dts of Matroska and IVF, the \
                  duration in MPEG-TS and IVF. Other durations are those of the file, some of which ffprobe -fflags +nofillin+noparse \
                  prints. Packets of MPEG-TS are whole PES packets, and key frames those with random_access_indicator.\n\n\
                  pos is the start of the data in MP4, of the body of the block in Matroska, which all frames of the block share, of the \
                  frame header in IVF, and of the first transport packet in MPEG-TS (for packets of 204 bytes: 16 bytes before it, as in \
                  ffprobe). data_pos is the first byte of the data in all of them. Payloads are read for data_hash only; size and \
                  data_hash of compressed Matroska frames are those of the stored bytes.\n\n\
                  Times of MP4 are shifted by the edit list, and packets outside of the edit have the flag D; ffprobe omits some of \
                  them. With several edits, the first one counts, and no packet has the flag. After damage, reading continues in \
                  formats with boundaries, and in the other tracks of MP4."
)]
pub(crate) struct Packets {
    /// Files; `-`, or none at all, for standard input
    files: Vec<PathBuf>,
    #[command(flatten)]
    limit: Limit,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    of: PacketsFormat,
    /// Fields to print, separated by commas [default: the fields of ffprobe without codec_type and seconds in CSV, all of them in JSON]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    entries: Vec<Field>,
    /// Also print the CRC-32 of each payload (data_hash)
    #[arg(long)]
    crc32: bool,
    /// Print one stream (N), the streams of a kind (v, a, s, d), or one of a kind (v:0)
    #[arg(long, value_name = "STREAMS")]
    select_streams: Option<Selection>,
    /// Print all packets of MP4, with the times of the sample tables, ignoring the edit list
    #[arg(long)]
    raw_times: bool,
}

/// Lists the packets of every input. Sets `all_good` to `false` if one is damaged.
pub(crate) fn run(
    args: &Packets,
    common: &Common,
    out: &mut dyn Write,
    all_good: &mut bool,
) -> io::Result<()> {
    let fields = fields(args);
    let wanted = Wanted {
        fields: &fields,
        hashes: fields.contains(&Field::DataHash),
        raw_times: args.raw_times,
        selection: args.select_streams,
    };
    for path in &input::inputs(&args.files) {
        let name = path.display().to_string();
        match list(path, &name, args, &wanted, common, out) {
            Ok(written) => *all_good &= written?,
            Err(error) => {
                out.flush()?;
                report::error(&name, &error);
                *all_good = false;
            }
        }
        // The reader need not wait for the next file.
        out.flush()?;
    }
    Ok(())
}

/// Returns the requested fields, in the order in which they are printed.
fn fields(args: &Packets) -> Vec<Field> {
    let default = match args.of {
        PacketsFormat::Csv => &row::CSV[..],
        PacketsFormat::Json => &row::JSON[..],
    };
    let mut fields = if args.entries.is_empty() { default.to_vec() } else { args.entries.clone() };
    if args.crc32 {
        fields.push(Field::DataHash);
    }
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// Lists the packets of one input. Returns whether it is undamaged, or why the list could not be written.
fn list(
    path: &Path,
    name: &str,
    args: &Packets,
    wanted: &Wanted<'_>,
    common: &Common,
    out: &mut dyn Write,
) -> Result<io::Result<bool>> {
    let source = input::open_to_read(path, &args.limit, common)?;
    let kind = source.detect()?;
    let format = formats::of(kind)?;
    NamedSource { source: &source, name, common }.with_whole(|data| {
        let kind = kind.container().ok_or_else(|| format.lacks_streams())?;
        let container = Container::read_as(kind, data)?;
        let rows = Rows::new(&container, wanted);
        let listed_name = (args.files.len() > 1).then_some(name);
        let list = List::begin(out, args.of, wanted.fields, listed_name);
        Ok(list.and_then(|list| put_all(list, rows, name)))
    })
}

/// Writes all rows, and reports errors at their places between the rows. Returns whether there was no error.
fn put_all(mut list: List<'_>, rows: Rows<'_, '_>, name: &str) -> io::Result<bool> {
    let mut all_good = true;
    for row in rows {
        match row {
            Ok(row) => list.push(&row)?,
            Err(error) => {
                list.flush()?;
                report::error(name, &error);
                all_good = false;
            }
        }
    }
    list.end()?;
    Ok(all_good)
}
