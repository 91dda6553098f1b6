//! What the numbers were measured on.

use std::fs;

/// helicase picks its SIMD when it is compiled, everybody else when they run.
pub(crate) const AVX2: bool = cfg!(target_feature = "avx2");

/// What to know about a build without.
pub(crate) const WITHOUT_AVX2: &str = "\
Not built for AVX2: helicase picks its SIMD when it is compiled and falls back to SSE or, where that is not asked for
either, to scalar code. Build with RUSTFLAGS=\"-C target-cpu=native\" for what it can do.";

/// The kernel, the processor, and whether the build may use AVX2 unasked.
pub(crate) fn describe() -> String {
    let avx2 = if AVX2 { "yes" } else { "no" };
    format!("Linux {}, {}, built for AVX2: {avx2}", kernel(), cpu())
}

fn kernel() -> String {
    fs::read_to_string("/proc/sys/kernel/osrelease").map_or_else(|_| "?".into(), |text| text.trim().into())
}

fn cpu() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or_else(|| "unknown processor".into(), |(_, model)| model.into())
}
