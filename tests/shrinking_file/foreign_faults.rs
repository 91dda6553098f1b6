//! Faults of mappings outside of this library, and signals sent by processes.

use super::*;

/// Runs one of the tests below in a separate process, and returns its result.
fn in_own_process(test: &str, input: &Path) -> std::process::Output {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--include-ignored"])
        .env("PAGECUT_TEST_INPUT", input)
        .output()
        .unwrap()
}

/// Accesses a foreign mapping of a truncated file while one of ours is guarded.
fn touch_a_foreign_mapping(path: &Path) {
    let guarded = MmapReader::open(path).unwrap();
    let foreign_path = path.with_extension("foreign");
    fs::write(&foreign_path, reads(100_000)).unwrap();
    let foreign_file = File::open(&foreign_path).unwrap();
    #[expect(unsafe_code, reason = "a mapping that is not ours")]
    // SAFETY: the file is truncated on purpose, in a separate process.
    let foreign = unsafe { memmap2::Mmap::map(&foreign_file) }.unwrap();
    cut(&foreign_path, 0);
    println!("{} {}", guarded.len(), foreign[50_000]);
    println!("survived");
}

#[test]
fn a_foreign_fault_ends_the_process() {
    const INSIDE: &str = "foreign_faults::a_foreign_fault_ends_the_process";
    if let Some(path) = std::env::var_os("PAGECUT_TEST_INPUT") {
        return touch_a_foreign_mapping(Path::new(&path));
    }
    let (_folder, path) = file(&reads(100_000));
    let output = in_own_process(INSIDE, &path);
    assert_eq!(output.status.signal(), Some(libc::SIGBUS), "{output:?}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("survived"));
}

extern "C" fn foreign_handler(_: i32) {
    std::process::exit(42);
}

#[test]
fn a_foreign_fault_reaches_the_earlier_handler() {
    const INSIDE: &str = "foreign_faults::a_foreign_fault_reaches_the_earlier_handler";
    if let Some(path) = std::env::var_os("PAGECUT_TEST_INPUT") {
        let handler: extern "C" fn(i32) = foreign_handler;
        #[expect(unsafe_code, reason = "a handler that is not ours")]
        // SAFETY: the handler ends the process, as the test expects.
        unsafe {
            libc::signal(libc::SIGBUS, handler as *const () as usize);
        }
        return touch_a_foreign_mapping(Path::new(&path));
    }
    let (_folder, path) = file(&reads(100_000));
    assert_eq!(in_own_process(INSIDE, &path).status.code(), Some(42));
}

#[test]
fn a_sent_signal_is_passed_on() {
    const INSIDE: &str = "foreign_faults::a_sent_signal_is_passed_on";
    if let Some(path) = std::env::var_os("PAGECUT_TEST_INPUT") {
        let _guarded = MmapReader::open(&path).unwrap();
        // Rust's own handler, the previous one, takes the first signal and resets the default action.
        for _ in 0..2 {
            let kill = format!("kill -BUS {}", std::process::id());
            Command::new("sh").args(["-c", &kill]).status().unwrap();
            std::thread::sleep(std::time::Duration::from_millis(500));
        }
        panic!("survived");
    }
    let (_folder, path) = file(&reads(100_000));
    assert_eq!(in_own_process(INSIDE, &path).status.signal(), Some(libc::SIGBUS));
}

#[test]
fn a_sent_signal_does_not_end_the_guard() {
    const INSIDE: &str = "foreign_faults::a_sent_signal_does_not_end_the_guard";
    if let Some(path) = std::env::var_os("PAGECUT_TEST_INPUT") {
        let reader = MmapReader::open(&path).unwrap();
        let kill = format!("kill -BUS {}", std::process::id());
        Command::new("sh").args(["-c", &kill]).status().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(200));
        cut(Path::new(&path), 0);
        assert_eq!(reader.as_slice()[50_000], 0);
        assert!(reader.check().is_err());
        return;
    }
    let (_folder, path) = file(&reads(100_000));
    let output = in_own_process(INSIDE, &path);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_reused_address_is_no_longer_guarded() {
    const INSIDE: &str = "foreign_faults::a_reused_address_is_no_longer_guarded";
    if let Some(path) = std::env::var_os("PAGECUT_TEST_INPUT") {
        let reader = MmapReader::open(&path).unwrap();
        let address = reader.as_slice().as_ptr().addr();
        drop(reader);
        let file = File::open(&path).unwrap();
        #[expect(unsafe_code, reason = "a mapping that is not ours")]
        // SAFETY: the file is truncated on purpose, in a separate process.
        let foreign = unsafe { memmap2::Mmap::map(&file) }.unwrap();
        // The kernel usually reuses the addresses; if not, the test proves nothing.
        println!(
            "{}",
            if foreign.as_ptr().addr() == address { "the same address" } else { "another address" }
        );
        cut(Path::new(&path), 0);
        println!("{}", foreign[50_000]);
        println!("survived");
        return;
    }
    let (_folder, path) = file(&reads(100_000));
    let output = in_own_process(INSIDE, &path);
    assert_eq!(output.status.signal(), Some(libc::SIGBUS), "{output:?}");
    if !String::from_utf8_lossy(&output.stdout).contains("the same address") {
        eprintln!("skipped: the system did not use the address again");
    }
}
