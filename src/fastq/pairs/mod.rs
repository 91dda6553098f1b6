//! Paired reads: two files in lockstep, or one in which the mates alternate.
//!
//! The two mates of a pair have equal numbers in their files, and usually different offsets. [`Pairs`] reads them in order, without a
//! copy, and checks that they are mates:
//!
//! * one pair after the other ([`Pairs::iter`]);
//! * in batches on all cores, whose values come in order ([`Pairs::for_each_batch`]).
//!
//! Both inputs of [`Pairs`] lie in memory. [`PairedSource`](crate::PairedSource) reads the pairs of any input: compressed, a pipe, wrapped.
//!
//! Both methods give the same pairs and the same error: that of the pair with the lowest number, and within a pair the error of the first
//! file before that of the second. An error names its file ([`Location::file`](crate::Location::file)), and
//! one that concerns both mates names both places. Inputs of unequal counts are an error, after the last pair.
//!
//! # Names
//!
//! A name ends at the first space or tab, and a read number is `1`, `2` or `3` (the second mate has number 3 where
//! read 2 is an index):
//!
//! | first | second | mates? |
//! |---|---|---|
//! | `r` | `r` | yes, with any descriptions |
//! | `r` | `s` | no ([`MateName`]) |
//! | `r/1` | `r/2` | yes: equal but for the last digit, and numbers that ascend |
//! | `r/2` | `r/1` | no, the files are swapped ([`MateNumber`]) |
//! | `r/1` | `r/1` | no, the file was given twice ([`MateNumber`]) |
//! | `r/1` | `r` | no ([`MateName`]) |
//! | `r.1`, `SRR1.7.1` | `r.2`, `SRR1.7.2` | yes, as `/` |
//! | `r.1`, `SRR1.1` | `r.1`, `SRR1.1` | yes: the number may be that of a spot, so equal names are just equal |
//! | `SRR1.1` | `SRR1.2` | no: two spots of a run ([`MateName`]); the same of `ERR` and `DRR` |
//! | `r 1:N:0:A` | `r 2:N:0:A` | yes: Casava's field, in both and with numbers that ascend |
//! | `r 2:N:0:A` | `r 1:N:0:A` | no ([`MateNumber`]); the same of equal numbers |
//! | `r 1:N:0:A` | `r` | yes: only one has the field |
//!
//! Rules of other tools:
//!
//! | tool | mates |
//! |---|---|
//! | BBTools (`testPairNames`) | `/1` and `/2`, or ` 1:` and ` 2:`, in this order; equal names on request |
//! | dnaio, and so Cutadapt | equal names, or equal but for a last `1`, `2` or `3`, in any order and after any byte |
//! | `seqkit pair` | equal names; forms with numbers by a pattern that one gives (`--id-regexp`) |
//! | fastp | records with equal numbers: names are not compared |
//!
//! The check costs little, and can be left out ([`Pairs::check_names`]).
//!
//! [`MateName`]: crate::ErrorKind::MateName
//! [`MateNumber`]: crate::ErrorKind::MateNumber

mod batch;
mod input;
mod lockstep;
mod marks;
mod mate;
mod names;
mod pair;
mod paired;
mod parallel;
mod scout;
mod serial;

pub use batch::Batch;
pub(crate) use mate::{Mate, header};
pub(crate) use names::{CLASSES, Mismatch, key, mismatch};
pub use pair::{MateFormat, Pair};
pub use paired::Pairs;
pub use serial::Iter;
