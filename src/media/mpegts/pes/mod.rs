//! PES packets: the units of elementary streams.

mod assembly;
mod header;
mod packet;
mod packets;
mod stream;

pub use header::PesHeader;
pub use packet::{PesPacket, PesPieces};
pub use packets::PesPackets;
