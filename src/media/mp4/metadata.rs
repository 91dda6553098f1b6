//! Metadata of the movie and of tracks.

use std::iter::FusedIterator;
use std::sync::Arc;

use super::{Children, FourCc, Mp4Box, fields::Fields};

/// Maximum number of keys read from a `keys` box. Files have a few dozen.
const MAX_KEYS: u32 = 1 << 16;

/// The metadata of a movie and its tracks in file order: the boxes in `udta` (ISO/IEC 14496-12 §8.10.1; QuickTime File
/// Format, *User data*), and the items in `ilst` of `meta`, of iTunes and QuickTime (QuickTime File Format, *Metadata*).
///
/// Damage ends its box without an error; the walk continues after that box.
#[derive(Debug, Clone)]
pub struct Metadata<'data> {
    /// The remaining boxes of each level, outermost first.
    levels: Vec<(Level, Children<'data>)>,
    /// The keys of the last `meta`.
    keys: Arc<[&'data [u8]]>,
}

/// A container that the walk is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// `moov` or `trak`.
    Description,
    UserData,
    Meta,
    Items,
}

/// An item of metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetadataItem<'data> {
    key: MetadataKey<'data>,
    item: Mp4Box<'data>,
}

/// The name of an item of metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetadataKey<'data> {
    /// The type of a box in `udta`, which has no [`values`](MetadataItem::values): the type defines the layout of its
    /// payload.
    UserData(FourCc),
    /// The type of a box in `ilst`.
    Item(FourCc),
    /// A key in `keys`, in the namespace `mdta`.
    Listed(&'data [u8]),
    /// `mean` and `name` of a box `----`.
    Named {
        /// The owner of the name.
        mean: &'data [u8],
        /// The name.
        name: &'data [u8],
    },
}

/// A value of an item in `ilst`: a box `data`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MetadataValue<'data> {
    /// The type indicator (QuickTime File Format, *Well-known types*): 1 UTF-8, 13 JPEG, 14 PNG, 21 signed integer, ...
    pub data_type: u32,
    /// The value.
    pub bytes: &'data [u8],
    /// Offset of the value from the start of the input.
    pub offset: u64,
}

impl<'data> Metadata<'data> {
    pub(super) fn of(moov: Mp4Box<'data>) -> Self {
        let boxes = moov.children().unwrap_or_default();
        Self { levels: vec![(Level::Description, boxes)], keys: Arc::new([]) }
    }

    /// Returns the level of the children of a box; `None` if the walk skips them.
    fn inner_level(level: Level, found: Mp4Box<'data>) -> Option<Level> {
        match (level, &found.kind().0) {
            (Level::Description, b"trak") => Some(Level::Description),
            (Level::Description, b"udta") => Some(Level::UserData),
            (Level::Description | Level::UserData, b"meta") => Some(Level::Meta),
            (Level::Meta, b"ilst") => Some(Level::Items),
            _ => None,
        }
    }

    /// Returns the item in a box of `ilst`.
    fn item(&self, item: Mp4Box<'data>) -> Option<MetadataItem<'data>> {
        let kind = item.kind();
        let key = if kind == *b"----" {
            let text = |name| item.find(name).ok()??.payload().get(4..);
            MetadataKey::Named { mean: text(b"mean")?, name: text(b"name")? }
        } else {
            let index =
                usize::try_from(u32::from_be_bytes(kind.0)).ok().and_then(|index| index.checked_sub(1));
            let listed = index.and_then(|index| self.keys.get(index));
            listed.map_or(MetadataKey::Item(kind), |&key| MetadataKey::Listed(key))
        };
        Some(MetadataItem { key, item })
    }
}

impl<'data> Iterator for Metadata<'data> {
    type Item = MetadataItem<'data>;

    fn next(&mut self) -> Option<MetadataItem<'data>> {
        while let Some((level, boxes)) = self.levels.last_mut() {
            let level = *level;
            let Some(Ok(found)) = boxes.next() else {
                self.levels.pop();
                continue;
            };
            if let Some(inner) = Self::inner_level(level, found) {
                // No level nests in itself more than once: a `trak` in a `trak` is skipped.
                if inner == Level::Description && self.levels.len() > 1 {
                    continue;
                }
                if inner == Level::Meta {
                    self.keys = keys(found);
                }
                self.levels.push((inner, found.children().unwrap_or_default()));
                continue;
            }
            let item = match level {
                Level::UserData => {
                    Some(MetadataItem { key: MetadataKey::UserData(found.kind()), item: found })
                }
                Level::Items => self.item(found),
                Level::Description | Level::Meta => None,
            };
            if item.is_some() {
                return item;
            }
        }
        None
    }
}

impl FusedIterator for Metadata<'_> {}

/// Reads the keys of a `meta` as far as possible; a key of another namespace than `mdta` is empty.
fn keys<'data>(meta: Mp4Box<'data>) -> Arc<[&'data [u8]]> {
    let mut keys = Vec::new();
    if let Ok(Some((_, _, mut fields))) =
        meta.find(b"keys").and_then(|keys| keys.map(Fields::full).transpose())
    {
        let count = fields.u32().unwrap_or(0).min(MAX_KEYS);
        for _ in 0..count {
            let (Ok(size), Ok(namespace)) = (fields.u32(), fields.four_cc()) else { break };
            let len = usize::try_from(size).ok().and_then(|size| size.checked_sub(8));
            let Some(Ok(key)) = len.map(|len| fields.bytes(len)) else { break };
            keys.push(if namespace == *b"mdta" { key } else { &[] });
        }
    }
    keys.into()
}

impl<'data> MetadataItem<'data> {
    /// Returns the name of the item.
    #[must_use]
    pub fn key(&self) -> MetadataKey<'data> {
        self.key
    }

    /// Returns the box of the item.
    #[must_use]
    pub fn mp4_box(&self) -> Mp4Box<'data> {
        self.item
    }

    /// Returns the values of an item in `ilst`; none for a box in `udta`. They end before a damaged box.
    #[must_use]
    pub fn values(&self) -> MetadataValues<'data> {
        match self.key {
            MetadataKey::UserData(_) => MetadataValues { boxes: Children::default() },
            _ => MetadataValues { boxes: self.item.children().unwrap_or_default() },
        }
    }
}

/// The values of an item.
#[derive(Debug, Clone)]
pub struct MetadataValues<'data> {
    boxes: Children<'data>,
}

impl<'data> Iterator for MetadataValues<'data> {
    type Item = MetadataValue<'data>;

    fn next(&mut self) -> Option<MetadataValue<'data>> {
        loop {
            let data = self.boxes.next()?.ok()?;
            if data.kind() != *b"data" {
                continue;
            }
            // A locale follows the type.
            let (&[t0, t1, t2, t3, ..], bytes) = data.payload().split_first_chunk::<8>()?;
            let data_type = u32::from_be_bytes([t0, t1, t2, t3]);
            return Some(MetadataValue { data_type, bytes, offset: data.payload_offset() + 8 });
        }
    }
}

impl FusedIterator for MetadataValues<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
        let len = u32::try_from(payload.len() + 8).unwrap();
        [&len.to_be_bytes()[..], kind, payload].concat()
    }

    fn value(text: &str) -> Vec<u8> {
        boxed(b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0], text.as_bytes()].concat())
    }

    /// Returns the names of all items with the first value of each.
    fn items(moov: &[u8]) -> Vec<String> {
        let moov = Mp4Box::first(moov, 0, None).unwrap();
        let items = Metadata::of(moov).map(|item| {
            let name = match item.key() {
                MetadataKey::UserData(kind) | MetadataKey::Item(kind) => kind.to_string(),
                MetadataKey::Listed(key) => String::from_utf8_lossy(key).into_owned(),
                MetadataKey::Named { mean, name } => {
                    String::from_utf8_lossy(&[mean, name].join(&b'/')).into_owned()
                }
            };
            let values = item.values().map(|value| String::from_utf8_lossy(value.bytes).into_owned());
            [vec![name], values.collect()].concat().join(" ")
        });
        items.collect()
    }

    #[test]
    fn metadata_items_in_file_order() {
        let keys =
            [&[0, 0, 0, 0, 0, 0, 0, 2][..], &boxed(b"mdta", b"first"), &boxed(b"mdta", b"second")].concat();
        let of_keys = [boxed(b"\0\0\0\x02", &value("2")), boxed(b"\0\0\0\x03", &value("3"))].concat();
        let named =
            [boxed(b"mean", b"\0\0\0\0com.example"), boxed(b"name", b"\0\0\0\0mood"), value("calm")].concat();
        let of_itunes =
            [boxed(b"\xa9nam", &[value("a"), value("b")].concat()), boxed(b"----", &named)].concat();
        let meta = |keys: &[u8], items: &[u8]| {
            boxed(b"meta", &[&boxed(b"hdlr", &[0; 24])[..], keys, &boxed(b"ilst", items)].concat())
        };
        let moov = [
            boxed(b"trak", &boxed(b"udta", &boxed(b"name", b"track"))),
            meta(&boxed(b"keys", &keys), &of_keys),
            boxed(b"udta", &[meta(&[], &of_itunes), boxed(b"\xa9too", b"tool")].concat()),
        ]
        .concat();
        assert_eq!(
            items(&boxed(b"moov", &moov)),
            ["name", "second 2", "\\x00\\x00\\x00\\x03 3", "©nam a b", "com.example/mood calm", "©too"]
        );
    }

    #[test]
    fn damage_ends_its_box_only() {
        let cut = [boxed(b"\xa9nam", &value("a")), b"\0\0\0\xffdata".to_vec()].concat();
        let udta = boxed(b"udta", &boxed(b"meta", &[vec![0; 4], boxed(b"ilst", &cut)].concat()));
        let moov = [udta, boxed(b"udta", &boxed(b"\xa9too", b""))].concat();
        assert_eq!(items(&boxed(b"moov", &moov)), ["©nam a", "©too"]);
    }

    #[test]
    fn boxes_nested_in_their_own_kind_are_skipped() {
        let mut inner = boxed(b"udta", &boxed(b"\xa9too", b""));
        for _ in 0..10_000 {
            inner = boxed(b"trak", &inner);
        }
        assert!(items(&boxed(b"moov", &inner)).is_empty());
    }
}
