//! Faults of mappings that are not ours, and signals that others send.

use super::*;

/// Runs one of the tests below in a process of its own, and returns how that ended.
fn in_a_process_of_its_own(test: &str, input: &Path) -> std::process::Output {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--include-ignored"])
        .env("PAGECUT_TEST_INPUT", input)
        .output()
        .unwrap()
}

/// A mapping that is not ours, of a file that is cut, is touched while one of ours is guarded.
fn touch_a_foreign_mapping(path: &Path) {
    let guarded = MmapReader::open(path).unwrap();
    let foreign_path = path.with_extension("foreign");
    fs::write(&foreign_path, reads(100_000)).unwrap();
    let foreign_file = File::open(&foreign_path).unwrap();
    #[expect(unsafe_code, reason = "a mapping that is not ours")]
    // SAFETY: it is torn on purpose, in a process of its own.
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
    let output = in_a_process_of_its_own(INSIDE, &path);
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
        // SAFETY: the handler ends the process, which is what the test is about.
        unsafe {
            libc::signal(libc::SIGBUS, handler as *const () as usize);
        }
        return touch_a_foreign_mapping(Path::new(&path));
    }
    let (_folder, path) = file(&reads(100_000));
    assert_eq!(in_a_process_of_its_own(INSIDE, &path).status.code(), Some(42));
}

#[test]
fn a_signal_that_was_sent_is_passed_on() {
    const INSIDE: &str = "foreign_faults::a_signal_that_was_sent_is_passed_on";
    if let Some(path) = std::env::var_os("PAGECUT_TEST_INPUT") {
        let _guarded = MmapReader::open(&path).unwrap();
        // Rust's own handler, which was there before, takes the first one and gives way to the default action.
        for _ in 0..2 {
            let kill = format!("kill -BUS {}", std::process::id());
            Command::new("sh").args(["-c", &kill]).status().unwrap();
            std::thread::sleep(std::time::Duration::from_millis(500));
        }
        panic!("survived");
    }
    let (_folder, path) = file(&reads(100_000));
    assert_eq!(in_a_process_of_its_own(INSIDE, &path).status.signal(), Some(libc::SIGBUS));
}

#[test]
fn a_signal_that_was_sent_does_not_end_the_guard() {
    const INSIDE: &str = "foreign_faults::a_signal_that_was_sent_does_not_end_the_guard";
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
    let output = in_a_process_of_its_own(INSIDE, &path);
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
        // SAFETY: it is torn on purpose, in a process of its own.
        let foreign = unsafe { memmap2::Mmap::map(&file) }.unwrap();
        // The kernel gives the same addresses again if they fit; if not, this says nothing.
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
    let output = in_a_process_of_its_own(INSIDE, &path);
    assert_eq!(output.status.signal(), Some(libc::SIGBUS), "{output:?}");
    if !String::from_utf8_lossy(&output.stdout).contains("the same address") {
        eprintln!("skipped: the system did not use the address again");
    }
}
