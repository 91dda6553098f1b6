//! Assembly of the PES packets of a PID.

use std::collections::VecDeque;

use super::super::fault::error_at;
use super::super::{Packets, TsPacket};
use super::PesPacket;
use super::assembly::{FilteredPayload, PartialPes, Payload, PayloadFilter};
use crate::error::{ErrorKind, Result};

/// The input and settings shared by all PIDs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'data> {
    pub(super) format: Packets,
    pub(super) data: &'data [u8],
    /// PIDs were selected, so that each of them must carry PES packets.
    pub(super) has_selection: bool,
}

/// Complete PES packets that the iterator has not returned yet.
pub(super) type Ready<'data> = VecDeque<Result<PesPacket<'data>>>;

/// The state of a PID.
#[derive(Debug, Clone)]
pub(super) struct Stream<'data> {
    payloads: PayloadFilter<'data>,
    partial: Option<PartialPes<'data>>,
    /// The PID has had a PES packet.
    pub(super) is_pes: bool,
    /// Number of payload bytes that belong to no PES packet.
    pub(super) left_over: u64,
    /// Number of bytes in padding PES packets.
    pub(super) padding: u64,
}

impl<'data> Stream<'data> {
    pub(super) fn new() -> Self {
        Self { payloads: PayloadFilter::new(), partial: None, is_pes: false, left_over: 0, padding: 0 }
    }

    /// Adds a transport packet.
    pub(super) fn take(&mut self, packet: TsPacket<'data>, input: Input<'data>, ready: &mut Ready<'data>) {
        let FilteredPayload { payload, is_missing } = self.payloads.take(packet);
        let start = packet.payload_unit_start();
        let is_lost = is_missing || matches!(payload, Payload::Unreadable if !start);
        if let Some(partial) = self.partial.as_mut().filter(|_| is_lost) {
            partial.is_damaged = true;
        }
        match payload {
            Payload::Bytes(bytes) => {
                if start {
                    self.finish(input, ready);
                    self.partial = Some(PartialPes::new(packet, bytes));
                }
                self.append(packet, bytes, input, ready);
            }
            Payload::Unreadable if start => self.finish(input, ready),
            Payload::Unreadable | Payload::None => {}
        }
    }

    /// Appends a payload to the unit in progress.
    fn append(
        &mut self,
        packet: TsPacket<'data>,
        bytes: &'data [u8],
        input: Input<'data>,
        ready: &mut Ready<'data>,
    ) {
        let Some(partial) = &mut self.partial else {
            self.left_over += bytes.len() as u64;
            return;
        };
        partial.append(packet, bytes);
        if partial.missing() == Some(0) || !partial.may_be_pes() {
            self.finish(input, ready);
        }
    }

    /// Completes the unit in progress, if there is one.
    pub(super) fn finish(&mut self, input: Input<'data>, ready: &mut Ready<'data>) {
        let Some(partial) = self.partial.take() else { return };
        self.is_pes |= partial.has_prefix();
        let packet = if partial.is_padding() {
            // A padding stream carries stuffing bytes, which a decoder discards.
            self.padding += partial.pes_len();
            self.left_over += partial.left_over();
            return;
        } else if partial.has_prefix() {
            self.left_over += partial.left_over();
            PesPacket::of(input.format, input.data, &partial)
        } else if self.is_pes || input.has_selection {
            self.left_over += partial.left_over();
            let why = "it does not begin with the start code prefix";
            Err(error_at(ErrorKind::DamagedPes { pid: partial.pid, why }, partial.start, partial.first))
        } else {
            self.left_over += partial.len;
            return;
        };
        if packet.is_err() {
            self.left_over += partial.pes_len();
        }
        ready.push_back(packet);
    }
}
