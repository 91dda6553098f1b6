#!/usr/bin/env bash
# Makes the files of `ivf` again, with ffmpeg. What they are: README.md.
set -euo pipefail
cd "$(dirname "$0")/ivf"

F='ffmpeg -y -hide_banner -loglevel error -bitexact -fflags +bitexact'
V='-f lavfi -i testsrc2=size=32x24:rate=25:duration=0.4'
N='-f lavfi -i testsrc2=size=32x24:rate=30000/1001:duration=2'

$F $V -pix_fmt yuv420p -c:v libvpx -b:v 20k -g 5 -threads 1 vp8.ivf
$F $V -pix_fmt yuv420p -c:v libvpx-vp9 -b:v 20k -g 5 -threads 1 vp9.ivf
$F $V -pix_fmt yuv420p -c:v libaom-av1 -cpu-used 8 -b:v 20k -g 5 -threads 1 av1.ivf
$F $N -pix_fmt yuv420p -c:v libvpx -b:v 8k -threads 1 ntsc.ivf
# The time unit of Matroska, a millisecond.
$F $N -pix_fmt yuv420p -c:v libvpx -b:v 8k -threads 1 -f matroska - | $F -i - -c copy milliseconds.ivf
