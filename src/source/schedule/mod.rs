//! Scheduling of the parts of an input over workers.

mod account;
mod drive;
mod grid;
mod in_order;
mod parts;

pub use account::Account;
pub(super) use drive::{MOST_THREADS, Outcome, Then, Work, drive, on_workers};
pub(super) use grid::Grid;
pub(super) use in_order::{InOrder, InOrderWork};
pub(super) use parts::{Advanced, Cutting, PartQueue};
