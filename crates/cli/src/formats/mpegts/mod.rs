//! MPEG-2 transport streams.

mod extract;
mod probe;
mod tree;

use pagecut::media::mpegts::Packets;
use pagecut::{Account, Format as _, Result};

use super::format::{Format, Recovery};
use crate::extract::{Place, Wanted, Work};
use crate::media::unsupported;
use crate::named_source::NamedSource;
use crate::output::Out;
use crate::probe::Report;
use crate::sanitize::write_good;
use crate::stats::{Outcome, PacketCounts};
use crate::tree::Printer;
use crate::verify::{Checked, Reading, Verify, first};

/// A transport stream with packets of one kind: 188, 192 or 204 bytes.
pub(super) struct TransportStream(pub(super) Packets);

impl Format for TransportStream {
    fn name(&self) -> &'static str {
        "MPEG-TS"
    }

    fn is_media(&self) -> bool {
        true
    }

    fn recovery(&self) -> std::result::Result<&dyn Recovery, &'static str> {
        Ok(self)
    }

    fn stats(&self, input: NamedSource<'_>, _: bool) -> Result<Outcome> {
        Ok(Outcome::Packets(input.work(|| PacketCounts::count(input.source, &self.0, input.name))))
    }

    /// Continues after every gap, also without `--recover`.
    fn verify(&self, input: NamedSource<'_>, args: &Verify) -> Result<Reading> {
        Ok(Reading::of_parts(input, Some(Packets::NAME), || {
            let max_gaps = if args.recover { args.max_gaps } else { u64::MAX };
            let mut gaps = args.recover.then(Vec::new);
            let (account, summary, fault) = input.source.check_transport_stream(&self.0, max_gaps, |gap| {
                gaps.iter_mut().for_each(|gaps| gaps.push(gap.clone()));
                Ok(())
            });
            let fault = first(summary.first_continuity_error(), fault);
            let faults = args.recover.then(|| fault.clone().into_iter().collect());
            Checked { account, gaps, fault, faults }
        }))
    }

    fn tree(&self, input: NamedSource<'_>, printer: &mut Printer<'_>) -> Result<bool> {
        input.work(|| tree::print(input.source, &self.0, printer))
    }

    fn extract<'run>(&self, wanted: Wanted<'run>, place: &'run Place<'run>) -> Result<Work<'run>> {
        let packets = self.0;
        match wanted {
            Wanted::Pid(pid) => {
                Ok(Box::new(move |data| extract::elementary_stream(data, packets, pid, place)))
            }
            _ => Err(unsupported("a transport stream is extracted by PID: name one with --pid")),
        }
    }

    fn probe(&self, data: &[u8], _: bool, errors: &mut Vec<String>) -> Result<Report> {
        probe::report(self.0, data, errors)
    }
}

impl Recovery for TransportStream {
    fn recover(&self, input: NamedSource<'_>, _: bool, max_gaps: u64, out: &mut Out) -> Account {
        write_good(input, &self.0, max_gaps, out)
    }
}
