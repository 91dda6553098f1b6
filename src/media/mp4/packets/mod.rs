//! Packets of all tracks for decoders, in the order that reads a file best.

mod edit;
mod media;
mod movie;
mod order;
mod packet;
mod track;

pub use movie::Packets;
pub use packet::Packet;
