//! The bit rate of ADTS AAC, which no header states.

use pagecut::media::codec::AdtsHeader;

/// Averages the bit rates of frames, as ffprobe does over the start of a stream.
#[derive(Debug, Default)]
pub(super) struct AdtsRate {
    /// Bytes of an incomplete frame.
    pending: Vec<u8>,
    frames: i64,
    average: i64,
    seconds: f64,
}

impl AdtsRate {
    /// Returns whether the frames cover the part of a stream that ffprobe analyses.
    pub(super) fn is_full(&self) -> bool {
        const ANALYSED_SECONDS: f64 = 5.0;
        self.seconds >= ANALYSED_SECONDS
    }

    /// Adds the next bytes of the stream.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        /// Samples per channel in a raw data block.
        const BLOCK: i64 = 1024;
        self.pending.extend_from_slice(bytes);
        let mut at = 0;
        while let Some(rest) = self.pending.get(at..).filter(|rest| !rest.is_empty() && !self.is_full()) {
            let Some(header) = AdtsHeader::read(rest) else {
                // Between frames, or too few bytes for a header.
                if rest.len() < AdtsHeader::LEN {
                    break;
                }
                at += 1;
                continue;
            };
            let len = usize::from(header.frame_length);
            if rest.len() < len {
                break;
            }
            let samples = BLOCK * i64::from(header.blocks);
            let frequency = i64::from(header.sampling_frequency);
            let rate = i64::from(header.frame_length) * 8 * frequency / samples;
            self.frames += 1;
            self.average += (rate - self.average) / self.frames;
            self.seconds += samples as f64 / frequency as f64;
            at += len;
        }
        self.pending.drain(..at);
    }

    /// Returns the average in bits per second, if there was a frame.
    pub(super) fn bits_per_second(&self) -> Option<u64> {
        u64::try_from(self.average).ok().filter(|&rate| rate > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_in_pieces_have_the_same_rate() {
        // AAC LC, 48,000 Hz, stereo: a frame of 128 bytes lasts 1,024 samples.
        let header = [0xff, 0xf1, 0x4c, 0x80, 0x10, 0x1f, 0xfc];
        let mut frame = [0; 128];
        frame[..header.len()].copy_from_slice(&header);
        let stream = frame.repeat(10);
        for len in [1, 7, 100, 128, 2000] {
            let mut rate = AdtsRate::default();
            stream.chunks(len).for_each(|piece| rate.add(piece));
            assert_eq!((rate.frames, rate.bits_per_second()), (10, Some(48_000)), "pieces of {len}");
        }
        let mut rate = AdtsRate::default();
        (0..40).for_each(|_| rate.add(&stream));
        assert_eq!((rate.is_full(), rate.frames), (true, 235));
    }
}
