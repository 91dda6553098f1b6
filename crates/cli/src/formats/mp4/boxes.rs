//! Paths to boxes: `moov/trak[1]/tkhd`.

use std::fmt;

use pagecut::Result;
use pagecut::media::mp4::Node;

use crate::media::unsupported;

/// A path to boxes: their types, outermost first; and the state of the search in a tree.
pub(super) struct PathMatcher {
    steps: Vec<Step>,
    /// Number of leading steps that the last box and its ancestors match.
    matched: usize,
}

/// A box type, and optionally the index of the box among those of the type in its parent, from 0.
struct Step {
    kind: String,
    number: Option<usize>,
    /// Number of boxes of the type in the last matching parent.
    seen: usize,
}

impl PathMatcher {
    pub(super) fn parse(path: &str) -> Result<Self> {
        let steps = path.split('/').map(|step| {
            let (kind, number) = match step.strip_suffix(']').and_then(|step| step.rsplit_once('[')) {
                Some((kind, number)) => (kind, Some(number.parse().ok()?)),
                None => (step, None),
            };
            (!kind.is_empty()).then(|| Step { kind: kind.to_owned(), number, seen: 0 })
        });
        let steps = steps.collect::<Option<_>>();
        let steps =
            steps.ok_or_else(|| unsupported(format!("{path} is not a path such as moov/trak[1]/tkhd")))?;
        Ok(Self { steps, matched: 0 })
    }

    /// Returns whether the path leads to a box. Must be called for every box in the order of the tree.
    pub(super) fn leads_to(&mut self, node: &Node<'_>) -> bool {
        self.matched = self.matched.min(node.depth);
        if self.matched < node.depth {
            return false;
        }
        let Some(step) =
            self.steps.get_mut(node.depth).filter(|step| node.mp4_box.kind().to_string() == step.kind)
        else {
            return false;
        };
        let number = step.seen;
        step.seen += 1;
        if step.number.is_some_and(|wanted| wanted != number) {
            return false;
        }
        self.matched += 1;
        if let Some(next) = self.steps.get_mut(self.matched) {
            next.seen = 0;
        }
        self.matched == self.steps.len()
    }
}

impl fmt::Display for PathMatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.steps.iter().enumerate() {
            write!(f, "{}{}", if position > 0 { "/" } else { "" }, step.kind)?;
            step.number.map_or(Ok(()), |number| write!(f, "[{number}]"))?;
        }
        Ok(())
    }
}
