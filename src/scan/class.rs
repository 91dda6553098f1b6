//! Whether all bytes belong to a class.

/// A set of bytes.
#[derive(Debug, Clone)]
pub(crate) struct Class([bool; 256]);

impl Class {
    /// The bytes from `first` to `last`, both included.
    pub(crate) const fn range(first: u8, last: u8) -> Self {
        let mut members = [false; 256];
        let mut byte = first as usize;
        while byte <= last as usize {
            members[byte] = true;
            byte += 1;
        }
        Self(members)
    }

    /// The bytes of `members`, letters in both cases.
    pub(crate) const fn of(members: &[u8]) -> Self {
        let mut all = [false; 256];
        let mut at = 0;
        while at < members.len() {
            all[members[at].to_ascii_uppercase() as usize] = true;
            all[members[at].to_ascii_lowercase() as usize] = true;
            at += 1;
        }
        Self(all)
    }

    /// The first byte that does not belong to the class.
    ///
    /// Blocks are tested whole before the byte is looked for: a loop that may stop at every byte is several times slower.
    pub(crate) fn first_outside(&self, bytes: &[u8]) -> Option<usize> {
        let block = bytes.chunks(64).position(|block| {
            block.iter().fold(false, |outside, &byte| outside | !self.0[usize::from(byte)])
        })?;
        let start = block * 64;
        bytes[start..].iter().position(|&byte| !self.0[usize::from(byte)]).map(|at| start + at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_outsider_is_found_at_every_place() {
        let class = Class::range(b'!', b'~');
        for len in 0..200 {
            let mut bytes = vec![b'I'; len];
            assert_eq!(class.first_outside(&bytes), None);
            for at in (0..len).rev() {
                bytes[at] = 0x7f;
                assert_eq!(class.first_outside(&bytes), Some(at));
            }
        }
    }

    #[test]
    fn a_class_is_what_it_was_made_of() {
        let class = Class::of(b"aC-");
        let members: Vec<u8> = (0..=255).filter(|&byte| class.first_outside(&[byte]).is_none()).collect();
        assert_eq!(members, b"-ACac");
        let class = Class::range(33, 126);
        assert!((0..=255).all(|byte| class.first_outside(&[byte]).is_none() == (33..=126).contains(&byte)));
    }
}
