//! Verdicts of the modules of a report.

use super::report::{Module, Report, Status};

fn status<R>(module: &Option<Module<R>>) -> Option<Status> {
    module.as_ref().map(|module| module.status)
}

impl Report {
    /// Returns the names of the modules in the report, as FastQC names and orders them, and their verdicts. The first module, the basic
    /// statistics, fails if the report is incomplete, and passes otherwise.
    #[must_use]
    pub fn verdicts(&self) -> Vec<(&'static str, Status)> {
        let basic = if self.error.is_some() { Status::Fail } else { Status::Pass };
        let all = [
            ("Basic Statistics", Some(basic)),
            ("Per base sequence quality", status(&self.base_quality)),
            ("Per tile sequence quality", status(&self.tile_quality)),
            ("Per sequence quality scores", status(&self.read_quality)),
            ("Per base sequence content", status(&self.base_content)),
            ("Per sequence GC content", status(&self.gc_content)),
            ("Per base N content", status(&self.n_content)),
            ("Sequence Length Distribution", status(&self.lengths)),
            ("Sequence Duplication Levels", status(&self.duplication)),
            ("Overrepresented sequences", status(&self.overrepresented)),
            ("Adapter Content", status(&self.adapters)),
            ("Kmer Content", status(&self.kmers)),
        ];
        all.into_iter().filter_map(|(name, status)| Some((name, status?))).collect()
    }
}
