//! Just written by another program: by `cp`, in the folios that this produces, and not on disk yet.

use std::fs;
use std::process::Command;

use super::{State, leave};

pub(super) const STATE: State = State {
    name: "written",
    description: "just written by another program, `cp`",
    prepare: |path| {
        let new = path.with_extension("new");
        let status =
            Command::new("cp").arg(path).arg(&new).status().map_err(|error| format!("cp: {error}"))?;
        if !status.success() {
            return Err(format!("cp: {status}").into());
        }
        Ok(fs::rename(&new, path)?)
    },
    restore: leave,
    is_reached: |seen| seen.cached > 0.99,
};
