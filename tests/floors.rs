//! The layers of the library: a module imports only from lower layers, and unsafe code stays in the listed places.
//!
//! Cargo keeps the crates apart: `pagecut-core` depends on none of them, and `pagecut-mmap` and `pagecut-io` on that one only.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders with the code of the library.
const LIBRARY: [&str; 4] = ["src", "crates/core/src", "crates/io/src", "crates/mmap/src"];

/// Layer of each module: the first folder or file below `src`, here and in `pagecut-core`.
const LAYERS: [(&str, u32); 21] = [
    ("allocation", 0),
    ("error", 0),
    ("head", 1),
    ("identity", 1),
    ("range", 1),
    ("scan", 1),
    ("sidecar", 1),
    ("record", 2),
    ("sequence", 2),
    ("simd", 2),
    ("compress", 3),
    ("fasta", 3),
    ("fastq", 3),
    ("io", 3),
    ("media", 3),
    ("mmap", 3),
    ("detect", 4),
    ("source", 5),
    ("index", 6),
    ("qc", 6),
    ("lib", 7),
];

/// Places of unsafe code, by path below the package.
const UNSAFE: [&str; 7] = [
    "src/scan/instruction_set/",
    "crates/mmap/src/sys/",
    "crates/io/src/sys/",
    "crates/io/src/aligned.rs",
    "crates/io/src/ring/half.rs",
    "crates/io/src/uring/sys/",
    "crates/cli/src/descriptors.rs",
];

fn layer(module: &str) -> u32 {
    let found = LAYERS.iter().find(|(name, _)| *name == module);
    found.unwrap_or_else(|| panic!("{module} is missing from LAYERS")).1
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Returns the source files below `folder` by relative path, without comments and tests.
fn files(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths = Vec::new();
    sources(&folder, &mut paths);
    assert!(paths.len() > 15);
    let code = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    };
    paths.iter().map(|path| (path.strip_prefix(&folder).unwrap().display().to_string(), code(path))).collect()
}

#[test]
fn modules_import_from_lower_layers_only() {
    let mut imports = 0;
    for (path, code) in files("src").into_iter().chain(files("crates/core/src")) {
        let module = path.split('/').next().unwrap().trim_end_matches(".rs");
        let own = layer(module);
        for (at, _) in code.match_indices("crate::") {
            let import = &code[at + "crate::".len()..];
            let other =
                import.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap();
            if own < 7 && other != module {
                imports += 1;
                assert!(
                    layer(other) < own,
                    "{path} is in layer {own} and imports {other} from layer {}",
                    layer(other)
                );
            }
        }
    }
    assert!(imports > 20, "{imports} imports were looked at");
}

#[test]
fn unsafe_code_is_in_the_listed_places_only() {
    for folder in LIBRARY.into_iter().chain(["crates/cli/src"]) {
        for (path, code) in files(folder) {
            let path = format!("{folder}/{path}");
            let mut lines =
                code.lines().filter(|line| !line.contains("unsafe_code") && !line.contains("reason ="));
            let has_unsafe = lines.any(|line| line.contains("unsafe ") || line.contains("unsafe("));
            assert!(!has_unsafe || UNSAFE.iter().any(|place| path.starts_with(place)), "{path}");
        }
    }
}

/// The module of the command that maps kinds of files to formats.
const FORMAT_TABLE: &str = "formats/mod.rs";

#[test]
fn one_module_of_the_command_knows_the_file_kinds() {
    for (path, code) in files("crates/cli/src") {
        assert_eq!(code.contains("FileKind"), path == FORMAT_TABLE, "{path}");
    }
}

#[test]
fn the_command_has_a_format_for_every_file_kind() {
    let library = files("src");
    let (_, code) = library.iter().find(|(_, code)| code.contains("pub enum FileKind {")).unwrap();
    let kinds = code.split("pub enum FileKind {").nth(1).unwrap().split('}').next().unwrap();
    let kinds: Vec<_> = kinds
        .lines()
        .filter_map(|line| line.trim().strip_suffix(','))
        .map(|variant| variant.split('(').next().unwrap())
        .collect();
    assert!(kinds.len() > 6, "{kinds:?}");
    let command = files("crates/cli/src");
    let (_, table) = command.iter().find(|(path, _)| path == FORMAT_TABLE).unwrap();
    for kind in kinds {
        let arm = format!("FileKind::{kind}");
        assert!(table.lines().any(|line| line.trim().starts_with(&arm) && line.contains("=>")), "{kind}");
    }
}

#[test]
fn one_module_of_the_library_knows_the_file_kinds() {
    for (path, code) in files("src").iter().filter(|(path, _)| path != "detect/table.rs") {
        let mut named = code.match_indices("FileKind::").map(|(at, name)| &code[at + name.len()..]);
        assert!(named.all(|name| name.starts_with("detect")), "{path}");
    }
}

#[test]
fn the_root_exports_at_most_fifteen_names() {
    let library = files("src");
    let (_, root) = library.iter().find(|(path, _)| path == "lib.rs").unwrap();
    let exports = root.split("pub use ").skip(1).map(|export| export.split(';').next().unwrap());
    let names: Vec<_> = exports
        // Modules that are in other crates.
        .filter(|export| !export.starts_with("pagecut_"))
        .flat_map(|export| export.rsplit("::").next().unwrap().trim_matches(['{', '}']).split(','))
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    assert!(names.contains(&"Source") && names.len() <= 15, "{names:?}");
}
