//! Compresses a file like the usual tools.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::result::Result;

/// Compresses the first file into the second one, which is empty.
type Pack = fn(File, File) -> Result<()>;

/// The file name extension and the function of each compression.
const PACKERS: [(&str, Pack); 3] = [("gz", gzip), ("bgz", bgzip), ("zst", zstd)];

/// Compresses `file` into `folder` by every method, under its own name with another extension. Existing files stay.
pub(crate) fn pack(file: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let name = file.file_name().ok_or_else(|| format!("{}: is no file", file.display()))?;
    PACKERS
        .iter()
        .map(|(ending, pack)| {
            let mut path = folder.join(name).into_os_string();
            path.push(".");
            path.push(ending);
            let path = PathBuf::from(path);
            pack_to(&path, file, *pack).map_err(|error| format!("{}: {error}", path.display()))?;
            Ok(path)
        })
        .collect()
}

/// Removes an incomplete output.
fn pack_to(path: &Path, file: &Path, pack: Pack) -> Result<()> {
    let packed = File::create_new(path)?;
    let packing = File::open(file).map_err(Into::into).and_then(|plain| pack(plain, packed));
    if packing.is_err() {
        fs::remove_file(path)?;
    }
    packing
}

/// Uses the program itself: most files come from it, and no library makes the same choices.
fn gzip(plain: File, packed: File) -> Result<()> {
    let status = Command::new("gzip")
        .args(["-6", "-c"])
        .stdin(plain)
        .stdout(packed)
        .status()
        .map_err(|error| format!("gzip: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("gzip: {status}").into()) }
}

/// Blocks of 65,280 bytes and level 6 of libdeflate, like the program.
fn bgzip(plain: File, packed: File) -> Result<()> {
    let mut writer = noodles_bgzf::io::Writer::new(BufWriter::new(packed));
    io::copy(&mut BufReader::with_capacity(1 << 20, plain), &mut writer)?;
    writer.finish()?.into_inner()?;
    Ok(())
}

/// One frame of level 3 with content size and checksum, like the program.
fn zstd(mut plain: File, packed: File) -> Result<()> {
    let mut writer = zstd::Encoder::new(packed, 3)?;
    writer.set_pledged_src_size(Some(plain.metadata()?.len()))?;
    writer.include_contentsize(true)?;
    writer.include_checksum(true)?;
    io::copy(&mut plain, &mut writer)?;
    writer.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::decoders;
    use crate::format::Format;

    /// Returns text for several BGZF blocks.
    fn text() -> Vec<u8> {
        (0..40_000).flat_map(|number: u32| format!("{number}\n").into_bytes()).collect()
    }

    fn all_of(mut reader: decoders::Decompressed) -> Vec<u8> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn every_decoder_restores_the_input() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("text");
        fs::write(&file, text()).unwrap();
        let packed = pack(&file, folder.path()).unwrap();
        let formats: Vec<_> = packed.iter().map(|path| Format::detect(path).unwrap()).collect();
        assert_eq!(formats, [Format::Gzip, Format::Bgzf, Format::Zstd]);

        for (path, format) in packed.iter().zip(formats) {
            assert!(all_of(decoders::open(path, format).unwrap()) == text(), "{format}");
            for threads in [1, 2] {
                if Format::GZIP.contains(&format) {
                    assert!(
                        all_of(decoders::rapidgzip(path, threads).unwrap()) == text(),
                        "{format}, {threads}"
                    );
                }
                if Format::BGZF.contains(&format) {
                    assert!(all_of(decoders::bgzf(path, threads).unwrap()) == text(), "{format}, {threads}");
                }
            }
        }
    }

    #[test]
    fn an_existing_file_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("text"), folder.path().join("text.bgz"));
        fs::write(&file, text()).unwrap();
        fs::write(&other, "mine").unwrap();
        let error = pack(&file, folder.path()).unwrap_err().to_string();
        assert!(error.contains("text.bgz"), "{error}");
        assert_eq!(fs::read(&other).unwrap(), b"mine");
    }

    #[test]
    fn a_failed_compression_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let packed = folder.path().join("packed");
        let error = pack_to(&packed, folder.path(), |_, _| Err("no space".into())).unwrap_err();
        assert_eq!((error.to_string().as_str(), packed.exists()), ("no space", false));
    }
}
