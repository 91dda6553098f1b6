//! Movie fragments (ISO/IEC 14496-12 §8.8).

mod cursor;
mod defaults;
mod index;
mod indexed;
mod marks;
mod movie_fragment;
mod track_fragment;
mod track_run;

pub(super) use cursor::FragmentCursor;
pub(super) use defaults::Defaults;
pub(super) use marks::FragmentMarks;
pub use movie_fragment::{MovieFragment, MovieFragments};
pub use track_fragment::{TrackFragment, TrackFragments};
pub use track_run::{TrackRun, TrackRuns};
