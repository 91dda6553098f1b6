//! Comparison of compressed input with its text.

use std::io::{self, Cursor, Read};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use pagecut::io::{Strategy, ZeroCopyConfig};
use pagecut::{
    Account, Error, FileKind, Format, Location, Resync, Source, SourceOptions, record::Tally,
    source::Recovered,
};

use crate::make::{CompressedFile, Kind};

/// The source of the bytes.
#[derive(Debug, Clone, Copy)]
enum Origin {
    File(Strategy),
    Stream,
    /// A stream that returns a few bytes at a time and is interrupted.
    Dribble,
}

/// A configuration of reading.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    origin: Origin,
    threads: usize,
    part_len: Option<usize>,
}

impl Setting {
    /// The same source with other numbers of threads and lengths of chunks.
    pub(crate) fn with(self, threads: usize, part_len: usize) -> Self {
        Self { threads, part_len: Some(part_len), ..self }
    }
}

/// Every source with every number of threads, and every length of chunks with both; not all three combined.
pub(crate) fn settings() -> Vec<Setting> {
    let origins = [
        Origin::File(Strategy::Auto),
        Origin::File(Strategy::Mapped),
        Origin::File(Strategy::Read),
        Origin::Stream,
        Origin::Dribble,
    ];
    let part_lens = [Some(1), Some(100), None];
    let of_origin = |(number, origin)| {
        let setting =
            move |(at, threads)| Setting { origin, threads, part_len: part_lens[(number + at) % 3] };
        [1, 2, 3, 8].into_iter().enumerate().map(setting)
    };
    origins.into_iter().enumerate().flat_map(of_origin).collect()
}

/// A chunk length above that of most inputs. Longer buffers take most of the time in an unoptimized build.
const LONG: usize = 4096;

/// Three settings for each number, with different sources and numbers of threads.
pub(crate) fn few_settings(number: usize) -> [Setting; 3] {
    let settings = settings();
    let setting = |step| settings[(number * 7 + step) % settings.len()];
    [0, 5, 14].map(|step| Setting { part_len: setting(step).part_len.or(Some(LONG)), ..setting(step) })
}

struct Dribble {
    bytes: Cursor<Vec<u8>>,
    calls: usize,
}

impl Read for Dribble {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.calls += 1;
        if self.calls.is_multiple_of(5) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let len = buffer.len().min(1 + self.calls % 13);
        self.bytes.read(&mut buffer[..len])
    }
}

/// Bytes, as a file and as streams.
pub(crate) struct Input {
    bytes: Vec<u8>,
    file: tempfile::NamedTempFile,
}

impl Input {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        Self { bytes: bytes.to_vec(), file }
    }

    pub(crate) fn open(&self, setting: Setting) -> Source {
        let Setting { origin, threads, part_len } = setting;
        let options = SourceOptions::new().threads(threads);
        let options = part_len.map_or(options, |len| options.part_len(len));
        let bytes = Cursor::new(self.bytes.clone());
        match origin {
            Origin::File(strategy) => {
                // Without a threshold, so that short files use every backend, too.
                let config = ZeroCopyConfig::new().strategy(strategy).threshold(0);
                Source::with_options(self.file.path(), options.config(config)).unwrap()
            }
            Origin::Stream => Source::from_reader(bytes, options),
            Origin::Dribble => Source::from_reader(Dribble { bytes, calls: 0 }, options),
        }
    }
}

/// An account in comparable form. Faults of the compressed bytes are not quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) tally: Tally,
    error: Option<(&'static str, String, Option<Location>)>,
    complete: bool,
}

const FAULT: &str = "a fault below the text";

impl Reading {
    pub(crate) fn of(account: &Account) -> Self {
        let describe = |error: &Error| match error.kind().name() {
            "io" | "compressed" => (FAULT, String::new(), None),
            kind => (kind, error.message(), error.location()),
        };
        Self { tally: account.tally, error: account.error.as_ref().map(describe), complete: account.complete }
    }
}

const SERIAL: SourceOptions = SourceOptions::new().threads(1).part_len(LONG);

/// Reads the text itself.
pub(crate) fn plain(text: &[u8]) -> Source {
    Source::from_reader(Cursor::new(text.to_vec()), SERIAL)
}

/// A reader that always fails.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other(FAULT))
    }
}

/// The result of reading a text that is followed by a fault.
pub(crate) fn cut_off(format: &impl Format, text: &[u8]) -> Reading {
    let stream = Cursor::new(text.to_vec()).chain(Broken);
    Reading::of(&Source::from_reader(stream, SERIAL).account(format))
}

/// Returns the bytes of the delivered chunks, and their records as text.
fn taken<F: Format>(source: &Source, format: &F) -> (Vec<u8>, Vec<String>)
where
    for<'data> F::Record<'data>: std::fmt::Debug,
{
    let (mut bytes, mut records) = (Vec::new(), Vec::new());
    let _ = source.parts(format).map_in_order(
        |part| {
            let (offset, bytes) = (part.part().offset(), part.part().as_bytes().to_vec());
            let records: pagecut::Result<Vec<_>> = part.map(|record| Ok(format!("{:?}", record?))).collect();
            Ok((offset, bytes, records?))
        },
        |(offset, part, of_part)| {
            assert_eq!(offset, bytes.len() as u64, "parts lie end to end, and are counted in the text");
            bytes.extend(part);
            records.extend(of_part);
            Ok(())
        },
    );
    (bytes, records)
}

/// The expected result for a text.
struct Expected<'text> {
    text: &'text [u8],
    kind: Option<FileKind>,
    reading: Reading,
    /// The records before the first error, as text.
    records: Vec<String>,
}

impl<'text> Expected<'text> {
    fn of<F: Format>(format: &F, text: &'text [u8]) -> Self
    where
        for<'data> F::Record<'data>: std::fmt::Debug,
    {
        let records = format.records(text).map_while(Result::ok).map(|record| format!("{record:?}"));
        Self {
            text,
            kind: plain(text).detect().ok(),
            reading: Reading::of(&plain(text).account(format)),
            records: records.collect(),
        }
    }

    fn check<F: Format>(&self, format: &F, input: &Input, setting: Setting)
    where
        for<'data> F::Record<'data>: std::fmt::Debug,
    {
        let source = input.open(setting);
        // The bytes used for detection are read again.
        assert_eq!(source.detect().ok(), self.kind, "{setting:?}");
        assert_eq!(Reading::of(&source.account(format)), self.reading, "{setting:?}");
        let (bytes, records) = taken(&input.open(setting), format);
        if self.reading.complete {
            assert_eq!(bytes.escape_ascii().to_string(), self.text.escape_ascii().to_string(), "{setting:?}");
            assert_eq!(records, self.records, "{setting:?}");
        } else {
            // The number of bytes delivered before an error depends on the chunks; they are a prefix of the text.
            assert!(self.text.starts_with(&bytes) && self.records.starts_with(&records), "{setting:?}");
        }
    }
}

/// Checks in this setting that the bytes read as the text does.
pub(crate) fn is_plain_in<F: Format>(format: &F, bytes: &[u8], text: &[u8], setting: Setting)
where
    for<'data> F::Record<'data>: std::fmt::Debug,
{
    Expected::of(format, text).check(format, &Input::new(bytes), setting);
}

/// Checks in every setting that the bytes read as the text does.
pub(crate) fn is_plain<F: Format>(format: &F, bytes: &[u8], text: &[u8])
where
    for<'data> F::Record<'data>: std::fmt::Debug,
{
    let (input, expected) = (Input::new(bytes), Expected::of(format, text));
    settings().into_iter().for_each(|setting| expected.check(format, &input, setting));
}

/// Returns the result of recovery: the good bytes, and the gaps as text.
fn recovered(source: &Source, format: &impl Resync) -> (Vec<u8>, Vec<String>, Reading) {
    let (mut good, mut gaps) = (Vec::new(), Vec::new());
    let account = source.recover(format, u64::MAX, |recovered| {
        match recovered {
            Recovered::Records(bytes) => good.extend_from_slice(bytes),
            Recovered::Gap(gap) => gaps.push(format!("{:?}: {}", gap.range, gap.error)),
            other => panic!("{other:?}"),
        }
        Ok(())
    });
    (good, gaps, Reading::of(&account))
}

/// Checks in every setting that records and gaps of the bytes are those of the text.
pub(crate) fn pieces_are_plain(format: &impl Resync, bytes: &[u8], text: &[u8]) {
    let input = Input::new(bytes);
    let pieces = Reading::of(&plain(text).parts(format).recover().account());
    let expected = recovered(&plain(text), format);
    for setting in settings() {
        assert_eq!(
            Reading::of(&input.open(setting).parts(format).recover().account()),
            pieces,
            "{setting:?}"
        );
        assert_eq!(recovered(&input.open(setting), format), expected, "{setting:?}");
    }
}

/// Returns the result of these settings, which has to be the same for all, and the error.
pub(crate) fn read_in(format: &impl Format, bytes: &[u8], settings: &[Setting]) -> (Reading, Option<Error>) {
    let input = Input::new(bytes);
    let read = |setting: &Setting| {
        let account = input.open(*setting).account(format);
        (Reading::of(&account), account.error)
    };
    let message = |error: &Option<Error>| error.as_ref().map(Error::to_string);
    let (first, error) = read(&settings[0]);
    for setting in &settings[1..] {
        let (other, other_error) = read(setting);
        let [found, expected] = [&other_error, &error].map(message);
        assert_eq!((other, found), (first.clone(), expected), "{setting:?}, and {:?}", settings[0]);
    }
    (first, error)
}

/// Checks in these settings that reading ends at a fault of the compressed bytes, and that the chunks delivered before
/// are those of `text`. Returns the result and the message.
fn fault_in<F: Format>(format: &F, bytes: &[u8], text: &[u8], settings: &[Setting]) -> (Reading, String)
where
    for<'data> F::Record<'data>: std::fmt::Debug,
{
    let (reading, error) = read_in(format, bytes, settings);
    let error = error.unwrap_or_else(|| panic!("no error, but {reading:?}"));
    assert_eq!((error.kind().name(), reading.complete), ("compressed", false), "{error}");
    let input = Input::new(bytes);
    for &setting in settings {
        assert!(text.starts_with(&taken(&input.open(setting), format).0), "{setting:?}");
    }
    (reading, error.to_string())
}

/// Checks in these settings that reading ends at a fault of the compressed bytes, after at least the records that are
/// certain in `least` and at most those of `most`. Returns the message.
pub(crate) fn fault_between<F: Format>(
    format: &F,
    bytes: &[u8],
    [least, most]: [&[u8]; 2],
    settings: &[Setting],
) -> String
where
    for<'data> F::Record<'data>: std::fmt::Debug,
{
    let (reading, message) = fault_in(format, bytes, most, settings);
    let counts = cut_off(format, least).tally.records..=plain(most).account(format).tally.records;
    assert!(counts.contains(&reading.tally.records), "{reading:?}, not {counts:?} records: {message}");
    message
}

/// Checks in these settings that reading ends at a fault of the compressed bytes after exactly this text. Returns the
/// message.
pub(crate) fn fault_after<F: Format>(format: &F, bytes: &[u8], text: &[u8], settings: &[Setting]) -> String
where
    for<'data> F::Record<'data>: std::fmt::Debug,
{
    let (reading, message) = fault_in(format, bytes, text, settings);
    assert_eq!(reading, cut_off(format, text), "{message}");
    message
}

/// Checks that a message names the format, the number of the member, and a byte inside of it.
pub(crate) fn names(message: &str, kind: Kind, packed: &CompressedFile, member: usize) {
    let [format, word] = kind.words();
    let lower = message.to_lowercase();
    assert!(lower.contains(format) && lower.contains(word), "{message}: no {format}, {word}");
    let numbers: Vec<usize> = message
        .split(|letter: char| !letter.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    assert!(numbers.contains(&member), "{message}: no {word} {member}");
    let range = packed.range(member);
    assert!(
        numbers.iter().any(|&at| range.start <= at && at <= range.end),
        "{message}: no byte of {range:?}"
    );
}

/// Runs work that has to end within a time limit.
pub(crate) fn ends(work: impl FnOnce() + Send + 'static) {
    let (done, is_done) = mpsc::channel();
    let worker = thread::spawn(move || {
        work();
        done.send(()).unwrap();
    });
    match is_done.recv_timeout(Duration::from_secs(60)) {
        Ok(()) => {}
        Err(RecvTimeoutError::Timeout) => panic!("it hangs"),
        Err(RecvTimeoutError::Disconnected) => std::panic::resume_unwind(worker.join().unwrap_err()),
    }
}

/// FASTQ of `records` records of several lengths; some quality lines start with `@` or `+`.
pub(crate) fn reads(records: usize) -> Vec<u8> {
    let record = |number: usize| {
        let len = number * 7 % 40;
        let sequence: String = (0..len).map(|at| ['A', 'C', 'G', 'T'][(at * at + number) % 4]).collect();
        let scores: String = (0..len).map(|at| ['@', '+', 'I', '#', 'F'][(at * 3 + number) % 5]).collect();
        format!("@read{number} {}\n{sequence}\n+\n{scores}\n", number * number)
    };
    (0..records).map(record).collect::<String>().into_bytes()
}
