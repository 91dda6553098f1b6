//! Counts eight values at once.
//!
//! Each byte becomes a mark: one bit for each of eight values, and zero for all others. The marks of many vectors are then added
//! bit by bit, for all bits of a vector in parallel. The sums are vertical counters: binary numbers whose digits are in the same
//! bit of several vectors, the planes. With full adders (Harley-Seal), adding a mark costs five operations for eight values, while
//! comparing with each value costs two operations per value.

/// Maximum number of vectors that can be added before an eight-digit sum may overflow.
pub(super) const MAX_VECTORS: usize = 15 * 16;

/// Defines `count_eight` as specified in [`Vectors`](super::vectors::Vectors). The file provides for its vector type:
///
/// * `marks`: sets bit `n` of each byte that equals `first + n`;
/// * `splat`: sets all lanes to one byte; `and` and `xor`;
/// * `left` and `right`: shift by some bits, with or without bits of neighboring bytes;
/// * `sum_each`: returns the sum of the bytes of each of four vectors.
macro_rules! define_count_eight {
    ($vector:ty, $width:literal, $feature:literal) => {
        #[inline]
        #[target_feature(enable = $feature)]
        pub(super) fn count_eight(blocks: &[[u8; BLOCK]], first: u8) -> [u32; 8] {
            let mut counts = [0; 8];
            let (vectors, _) = blocks.as_flattened().as_chunks::<$width>();
            for vectors in vectors.chunks(MAX_VECTORS) {
                let [a, b, c, d, e, f, g, h] = transposed(planes_of(vectors, first));
                let sums = [sum_each([a, b, c, d]), sum_each([e, f, g, h])];
                for (count, sum) in counts.iter_mut().zip(sums.into_iter().flatten()) {
                    *count += sum;
                }
            }
            counts
        }

        /// Returns the planes of the sums of all marks, the ones plane first.
        #[inline]
        #[target_feature(enable = $feature)]
        fn planes_of(vectors: &[[u8; $width]], first: u8) -> [$vector; 8] {
            let mut planes = [splat(0); 8];
            let (sixteens, rest) = vectors.as_chunks::<16>();
            for sixteen in sixteens {
                // Each doubling of marks adds one digit; the digits already in the planes enter along the way.
                let [mut ones, mut twos, mut fours, mut eights, ..] = planes;
                let mut carries = [splat(0); 2];
                for (eight, carry) in sixteen.as_chunks::<8>().0.iter().zip(&mut carries) {
                    let mark = |at: usize| marks(&eight[at], first);
                    let (one, two_a) = add(ones, mark(0), mark(1));
                    let (one, two_b) = add(one, mark(2), mark(3));
                    let (two, four_a) = add(twos, two_a, two_b);
                    let (one, two_a) = add(one, mark(4), mark(5));
                    let (one, two_b) = add(one, mark(6), mark(7));
                    let (two, four_b) = add(two, two_a, two_b);
                    let (four, eight) = add(fours, four_a, four_b);
                    (ones, twos, fours, *carry) = (one, two, four, eight);
                }
                let sixteens;
                (eights, sixteens) = add(eights, carries[0], carries[1]);
                planes[..4].copy_from_slice(&[ones, twos, fours, eights]);
                carry_into(&mut planes[4..], sixteens);
            }
            for vector in rest {
                carry_into(&mut planes, marks(vector, first));
            }
            planes
        }

        /// Returns the sums of three bits each, and the carries.
        #[inline]
        #[target_feature(enable = $feature)]
        fn add(a: $vector, b: $vector, c: $vector) -> ($vector, $vector) {
            let differ = xor(a, b);
            // The two terms are never set together, so xor equals or.
            (xor(differ, c), xor(and(a, b), and(differ, c)))
        }

        /// Adds a bit to the vertical counters in these planes.
        #[inline]
        #[target_feature(enable = $feature)]
        fn carry_into(planes: &mut [$vector], mut bit: $vector) {
            for plane in planes {
                (*plane, bit) = (xor(*plane, bit), and(*plane, bit));
            }
        }

        /// Transposes bits: bit `n` of the planes becomes vector `n`, whose bytes are the counts.
        #[inline]
        #[target_feature(enable = $feature)]
        fn transposed(
            [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h]: [$vector; 8],
        ) -> [$vector; 8] {
            for (one, other) in [(&mut a, &mut b), (&mut c, &mut d), (&mut e, &mut f), (&mut g, &mut h)] {
                exchange(one, other, 1, 0x55);
            }
            for (one, other) in [(&mut a, &mut c), (&mut b, &mut d), (&mut e, &mut g), (&mut f, &mut h)] {
                exchange(one, other, 2, 0x33);
            }
            for (one, other) in [(&mut a, &mut e), (&mut b, &mut f), (&mut c, &mut g), (&mut d, &mut h)] {
                exchange(one, other, 4, 0x0f);
            }
            [a, b, c, d, e, f, g, h]
        }

        /// Exchanges the upper bits of `one` with the lower bits of `other`. `lower` is the mask of the lower bits in every byte.
        #[inline]
        #[target_feature(enable = $feature)]
        fn exchange(one: &mut $vector, other: &mut $vector, bits: u8, lower: u8) {
            let differ = and(xor(right(*one, bits), *other), splat(lower));
            *other = xor(*other, differ);
            *one = xor(*one, left(differ, bits));
        }
    };
}
pub(super) use define_count_eight;
