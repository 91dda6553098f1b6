#!/usr/bin/env bash
# Counts the instructions per record with valgrind's callgrind. The counts are nearly the same on every machine with the same
# compiler and instruction set. Needs x86-64 with AVX2.
#
#   benches/instructions/count.sh            prints a table
#   benches/instructions/count.sh --write    writes it to benches/instructions/counts.txt
#   benches/instructions/count.sh --check    compares with that file, and fails if something takes more than 5 % more
set -euo pipefail
cd "$(dirname "$0")/../.."

counts=benches/instructions/counts.txt
tolerance=5
works=(records strict summary par_records fold)
files=(illumina.fastq nanopore.fastq nanopore.fasta)
# Callgrind does not support AVX-512.
export PAGECUT_SIMD=avx2

program=$(cargo bench --locked --bench instructions --no-run --message-format json 2>/dev/null |
  sed -n 's/.*"executable":"\([^"]*instructions-[^"]*\)".*/\1/p')
[ -x "$program" ] || { echo "the program is not built: cargo bench --bench instructions --no-run" >&2; exit 1; }

# Prints the instructions of a number of rounds, all threads together.
instructions() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "testdata/$2" "$3" 2>&1 >/dev/null |
    sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

count() {
  echo "# $(rustc --version)"
  for file in "${files[@]}"; do
    for work in "${works[@]}"; do
      local records one three
      records=$("$program" "$work" "testdata/$file" 1)
      one=$(instructions "$work" "$file" 1)
      three=$(instructions "$work" "$file" 3)
      echo "$file $work $(((three - one) / 2 / records))"
    done
  done
}

case "${1:-}" in
  "") count | column -t ;;
  --write) count >"$counts" ;;
  --check)
    if [ "$(head -n 1 "$counts")" != "# $(rustc --version)" ]; then
      echo "skipped: counted with $(head -n 1 "$counts" | cut -c 3-), and this is $(rustc --version)"
      exit 0
    fi
    count | awk -v tolerance="$tolerance" '
      /^#/ { next }
      NR == FNR { expected[$1 " " $2] = $3; next }
      {
        change = 100 * ($3 / expected[$1 " " $2] - 1)
        is_worse = change > tolerance
        failed += is_worse
        printf "%-15s %-12s %7d %7d %+6.1f %%%s\n", $1, $2, expected[$1 " " $2], $3, change, is_worse ? "  more" : ""
      }
      END { exit failed > 0 }
    ' "$counts" -
    ;;
  *) sed -n '2,7s/^# \?//p' "$0" >&2; exit 2 ;;
esac
