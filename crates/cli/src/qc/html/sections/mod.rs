//! The sections of the page.

mod adapters;
mod base_content;
mod base_quality;
mod duplication;
mod gc_content;
mod insert_sizes;
mod kmers;
mod lengths;
mod n_content;
mod overrepresented;
mod quality_along_reads;
mod quality_by_length;
mod read_quality;
mod read_quality_by_error;
mod tile_quality;
mod yield_by_length;

use super::section::Section;

/// The sections: the modules in the order of FastQC, and other results.
pub(super) const SECTIONS: [Section; 16] = [
    base_quality::SECTION,
    tile_quality::SECTION,
    read_quality::SECTION,
    base_content::SECTION,
    gc_content::SECTION,
    n_content::SECTION,
    lengths::SECTION,
    duplication::SECTION,
    overrepresented::SECTION,
    adapters::SECTION,
    kmers::SECTION,
    read_quality_by_error::SECTION,
    yield_by_length::SECTION,
    quality_by_length::SECTION,
    quality_along_reads::SECTION,
    insert_sizes::SECTION,
];
