//! Scheduling of the parts of an input over workers.

mod account;
mod drive;
mod file_parts;
mod in_order;
mod outcome;
mod parts;

pub use account::Account;
pub(super) use drive::{MAX_THREADS, Work, drive, on_workers, own_pool};
pub(super) use file_parts::FileParts;
pub(super) use in_order::{InOrder, InOrderWork};
pub(super) use outcome::{Outcome, Then};
pub(super) use parts::{Advanced, Division, PartQueue};
