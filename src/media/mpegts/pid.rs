//! PIDs with a fixed meaning.

/// Number of possible PIDs: 13 bits (§2.4.3.3).
pub(super) const PIDS: usize = 1 << 13;

/// The PIDs of the program association table, the service description table and the event information table (§2.4.3.3; ETSI EN 300
/// 468, §5.1.3).
pub(super) const PROGRAM_ASSOCIATION: u16 = 0;
pub(super) const SERVICE_DESCRIPTION: u16 = 0x11;
pub(super) const EVENT_INFORMATION: u16 = 0x12;

/// The PID of null packets (§2.4.3.3).
pub(super) const NULL_PID: u16 = 0x1fff;
