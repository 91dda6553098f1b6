//! The PES packets of one PID.

use std::collections::VecDeque;

use super::super::{Packets, TsPacket, error_at};
use super::PesPacket;
use super::unit::{Begun, Piece, Taken, Unit};
use crate::error::{ErrorKind, Result};

/// What all PIDs have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'data> {
    pub(super) format: Packets,
    pub(super) data: &'data [u8],
    /// PIDs were asked for, so that they have to have PES packets.
    pub(super) is_chosen: bool,
}

/// What is complete and was not given yet.
pub(super) type Ready<'data> = VecDeque<Result<PesPacket<'data>>>;

/// A PID.
#[derive(Debug, Clone)]
pub(super) struct Stream<'data> {
    unit: Unit<'data>,
    begun: Option<Begun<'data>>,
    /// It had a PES packet.
    pub(super) is_pes: bool,
    /// Bytes of payload that belong to no PES packet.
    pub(super) left_over: u64,
    /// Bytes of padding PES packets.
    pub(super) padding: u64,
}

impl<'data> Stream<'data> {
    pub(super) fn new() -> Self {
        Self { unit: Unit::new(), begun: None, is_pes: false, left_over: 0, padding: 0 }
    }

    /// Takes in a transport packet.
    pub(super) fn take(&mut self, packet: TsPacket<'data>, input: Input<'data>, ready: &mut Ready<'data>) {
        let Taken { piece, is_missing } = self.unit.take(packet);
        let start = packet.payload_unit_start();
        let is_lost = is_missing || matches!(piece, Piece::Unreadable if !start);
        if let Some(begun) = self.begun.as_mut().filter(|_| is_lost) {
            begun.is_damaged = true;
        }
        match piece {
            Piece::Bytes(bytes) => {
                if start {
                    self.finish(input, ready);
                    self.begun = Some(Begun::new(packet, bytes));
                }
                self.go_on(packet, bytes, input, ready);
            }
            Piece::Unreadable if start => self.finish(input, ready),
            Piece::Unreadable | Piece::None => {}
        }
    }

    /// Goes on with what was begun.
    fn go_on(
        &mut self,
        packet: TsPacket<'data>,
        bytes: &'data [u8],
        input: Input<'data>,
        ready: &mut Ready<'data>,
    ) {
        let Some(begun) = &mut self.begun else {
            self.left_over += bytes.len() as u64;
            return;
        };
        begun.go_on(packet, bytes);
        if begun.missing() == Some(0) || !begun.may_be_pes() {
            self.finish(input, ready);
        }
    }

    /// Makes what was begun ready, as it is, if something was.
    pub(super) fn finish(&mut self, input: Input<'data>, ready: &mut Ready<'data>) {
        let Some(begun) = self.begun.take() else { return };
        self.is_pes |= begun.has_prefix();
        let packet = if begun.is_padding() {
            // A padding stream carries stuffing bytes, which a decoder discards.
            self.padding += begun.pes_len();
            self.left_over += begun.left_over();
            return;
        } else if begun.has_prefix() {
            self.left_over += begun.left_over();
            PesPacket::of(input.format, input.data, &begun)
        } else if self.is_pes || input.is_chosen {
            self.left_over += begun.left_over();
            let why = "it does not begin with the start code prefix";
            Err(error_at(ErrorKind::DamagedPes { pid: begun.pid, why }, begun.start, begun.first))
        } else {
            self.left_over += begun.len;
            return;
        };
        if packet.is_err() {
            self.left_over += begun.pes_len();
        }
        ready.push_back(packet);
    }
}
