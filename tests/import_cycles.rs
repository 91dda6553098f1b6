//! No file imports itself through other files, so the files of a crate can be read from the lowest one up.
//!
//! A file imports another one if it names one of its items: in a `use`, or in a path that starts with `crate`, `super`, `self` or
//! a child module. Re-exports are followed to the file that defines the item; a file that only re-exports an item does not import
//! its file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The sources of each crate, and the folders in it whose files have no cycles.
///
/// `record` in `pagecut-core` has one: `Format` has methods that return readers, and the readers are generic over `Format`.
const ROOTS: [(&str, &[&str]); 5] = [
    ("src", &[""]),
    ("crates/cli/src", &[""]),
    ("crates/core/src", &["error", "identity", "range"]),
    ("crates/io/src", &[""]),
    ("crates/mmap/src", &[""]),
];

/// The path of a module or an item from the root of its crate.
type ItemPath = Vec<String>;

/// Imports of each file, by the paths of their modules.
type Graph = BTreeMap<ItemPath, BTreeSet<ItemPath>>;

/// A name that a file takes from another one.
struct Use {
    /// From the file's module on: it may start with `crate` or `super`.
    path: Vec<String>,
    name: String,
    is_public: bool,
}

/// A source file.
struct File {
    uses: Vec<Use>,
    /// The code without its `use` declarations.
    code: String,
}

/// Returns the code without comments, strings and tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    let code = code.map(|line| line.split('"').step_by(2).collect::<String>());
    // The parent of a module inside of a file is the file.
    let mut is_inside = false;
    let own = code.map(|line| {
        is_inside = line.contains("mod ") && line.ends_with('{') || is_inside && line != "}";
        if is_inside { line.replacen("super::", "self::", 1) } else { line }
    });
    own.collect::<Vec<_>>().join("\n")
}

/// Splits a group of imports at the commas outside of its inner braces.
fn members(group: &str) -> Vec<&str> {
    let mut depth = 0;
    let members = group.split(|letter| {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        letter == ',' && depth == 0
    });
    members.filter(|member| !member.trim().is_empty()).collect()
}

/// Returns the parts of a path between `::`. A `self` changes nothing.
fn segments(path: &str) -> impl Iterator<Item = String> {
    path.split("::").map(str::trim).filter(|part| !matches!(*part, "" | "self")).map(String::from)
}

/// Appends the names that a tree of imports takes.
fn expand(prefix: &[String], tree: &str, is_public: bool, uses: &mut Vec<Use>) {
    let (head, group) =
        tree.split_once('{').map_or((tree, None), |(head, group)| (head, group.rsplit_once('}')));
    let (path, alias) =
        head.split_once(" as ").map_or((head, None), |(path, alias)| (path, Some(alias.trim())));
    let path: Vec<_> = prefix.iter().cloned().chain(segments(path)).collect();
    match group {
        Some((group, _)) => members(group).iter().for_each(|member| expand(&path, member, is_public, uses)),
        None => {
            let name = alias.or(path.last().map(String::as_str)).unwrap_or_default().into();
            uses.push(Use { path, name, is_public });
        }
    }
}

/// Returns whether a letter belongs to a word.
fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Parses a file.
fn parse(text: &str) -> File {
    let (mut uses, mut rest) = (Vec::new(), String::new());
    for statement in code(text).split_inclusive(';') {
        let start = statement.rfind("use ").filter(|&at| !statement[..at].ends_with(is_word));
        match start.map(|start| statement.split_at(start)) {
            Some((before, declaration)) if !declaration.contains('=') => {
                let visibility = before.trim_end();
                let is_public = visibility.ends_with("pub") || visibility.ends_with(')');
                expand(&[], declaration["use ".len()..].trim_end_matches(';'), is_public, &mut uses);
                rest.push_str(before);
            }
            _ => rest.push_str(statement),
        }
    }
    File { uses, code: rest }
}

/// Returns the paths of at least two parts in the code.
fn paths(code: &str) -> impl Iterator<Item = Vec<String>> {
    let words = code.split(|letter| !is_word(letter) && letter != ':');
    words.map(|path| segments(path).collect::<Vec<_>>()).filter(|path| path.len() > 1)
}

/// The files of a crate by their modules.
struct Crate(BTreeMap<ItemPath, File>);

impl Crate {
    fn new<'text>(files: impl IntoIterator<Item = (&'text str, &'text str)>) -> Self {
        let module = |path: &str| {
            let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
            let is_root = matches!(path, "lib" | "main");
            if is_root { Vec::new() } else { path.split('/').map(String::from).collect() }
        };
        Self(files.into_iter().map(|(path, text)| (module(path), parse(text))).collect())
    }

    /// Returns the path from the root for a path in the file of `module`; `None` for other crates.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<ItemPath> {
        let supers = path.iter().take_while(|part| *part == "super").count();
        let (base, path) = match path.first()?.as_str() {
            "crate" => (&[][..], &path[1..]),
            "super" => (&module[..module.len().checked_sub(supers)?], &path[supers..]),
            child => {
                let is_child = self.0.contains_key(&[module, &[child.to_owned()]].concat());
                is_child.then_some((module, path))?
            }
        };
        Some([base, path].concat())
    }

    /// Adds the modules that define the item of a path. Follows the names that a module takes from others.
    fn add_definers(&self, path: &[String], seen: &mut BTreeSet<ItemPath>, found: &mut BTreeSet<ItemPath>) {
        if !seen.insert(path.to_vec()) {
            return;
        }
        let mut ends = (0..=path.len()).rev();
        let Some(end) = ends.find(|&end| self.0.contains_key(&path[..end])) else { return };
        let (module, item) = path.split_at(end);
        let mut is_defined = true;
        for taken in self.0[module].uses.iter().filter(|taken| item.first() == Some(&taken.name)) {
            if let Some(origin) = self.absolute(module, &taken.path) {
                is_defined = false;
                self.add_definers(&[origin.as_slice(), &item[1..]].concat(), seen, found);
            }
        }
        if is_defined {
            found.insert(module.to_vec());
        }
    }

    /// Returns the imports of each file.
    fn graph(&self) -> Graph {
        let imports = |module: &ItemPath, file: &File| {
            let lines = file.code.lines().filter(|line| !line.contains("mod "));
            let words: BTreeSet<_> = lines.flat_map(|line| line.split(|letter| !is_word(letter))).collect();
            let used =
                file.uses.iter().filter(|taken| !taken.is_public || words.contains(taken.name.as_str()));
            let all = used.map(|taken| taken.path.clone()).chain(paths(&file.code));
            let mut found = BTreeSet::new();
            for path in all.filter_map(|path| self.absolute(module, &path)) {
                self.add_definers(&path, &mut BTreeSet::new(), &mut found);
            }
            found.remove(module);
            found
        };
        self.0.iter().map(|(module, file)| (module.clone(), imports(module, file))).collect()
    }
}

/// Returns the modules of a cycle in order, if there is one.
fn find_cycle(mut graph: Graph) -> Option<Vec<String>> {
    // Without the files that import no other one, again and again, only cycles and the files above them are left.
    while let Some(lowest) =
        graph.iter().find(|(_, imports)| imports.is_empty()).map(|(file, _)| file.clone())
    {
        graph.remove(&lowest);
        graph.values_mut().for_each(|imports| _ = imports.remove(&lowest));
    }
    let mut walk = vec![graph.keys().next()?];
    loop {
        let next = graph[walk[walk.len() - 1]].first()?;
        if let Some(start) = walk.iter().position(|module| *module == next) {
            return Some(walk[start..].iter().map(|module| module.join("/")).collect());
        }
        walk.push(next);
    }
}

fn read_files(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_files(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let relative = path.strip_prefix(root).unwrap().to_str().unwrap();
            files.push((relative.into(), fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn no_file_imports_itself_through_others() {
    for (root, folders) in ROOTS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
        let mut files = Vec::new();
        read_files(&folder, &folder, &mut files);
        files.retain(|(path, _)| folders.iter().any(|folder| path.starts_with(folder)));
        let graph = Crate::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str()))).graph();
        assert!(
            graph.values().map(BTreeSet::len).sum::<usize>() > graph.len(),
            "{root}: few imports were found"
        );
        assert_eq!(find_cycle(graph), None, "{root}");
    }
}

/// Returns the cycle of these files.
fn cycle_of(files: &[(&str, &str)]) -> Vec<String> {
    find_cycle(Crate::new(files.iter().copied()).graph()).unwrap_or_default()
}

#[test]
fn cycles_of_each_kind_of_import_are_found() {
    let module = ("x/mod.rs", "mod a;\nmod b;\npub use a::A;\npub(crate) use b::{B, C as D};");
    for (a, b) in [
        ("use super::b::B;", "use crate::x::a::A;"),
        ("pub use super::b::B;\ntype T = B;", "use super::a;"),
        ("use crate::{x::{b::{self, B}, c}, y};", "fn f() { super::a::f() }"),
        ("use super::B;", "use super::A;"),
        ("fn f() -> crate::x::D {}", "fn g() { if x {} }\nuse crate::x::A as Other;"),
    ] {
        assert_eq!(cycle_of(&[module, ("x/a.rs", a), ("x/b.rs", b)]), ["x/a", "x/b"], "{a} {b}");
    }
    let own = [("x/mod.rs", "mod a;\npub struct S;\nfn f() { a::f(S) }"), ("x/a.rs", "use super::S;")];
    assert_eq!(cycle_of(&own), ["x", "x/a"]);
    let long = [
        ("lib.rs", "use a::A;"),
        ("a.rs", "use crate::b::B;"),
        ("b.rs", "use crate::c::C;"),
        ("c.rs", "use crate::A;"),
    ];
    assert_eq!(cycle_of(&long), ["a", "b", "c"]);
}

#[test]
fn imports_without_a_cycle_are_accepted() {
    let module = ("x/mod.rs", "mod a;\nmod b;\npub use a::A;\npub(crate) use b::B;\npub const N: u8 = 1;");
    for (a, b) in [
        ("use super::{B, N};", "use super::N;"),
        ("use super::b;", "// use super::a::A;\nfn f() { g(\"crate::x::a\") }"),
        ("use super::b;", "use std::io;\n#[cfg(test)]\nmod tests {\n    use super::super::a;\n}"),
        ("use super::b;", "use other::a::A;"),
        ("use super::{B, b};", "mod a {\n    use super::A;\n}\nstruct A;"),
    ] {
        assert_eq!(cycle_of(&[module, ("x/a.rs", a), ("x/b.rs", b)]), [""; 0], "{a} {b}");
    }
}
