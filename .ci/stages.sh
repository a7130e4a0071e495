# What .ci/run and .ci/nightly share: stages with a heading and a time, environments, native builds.

export CTEST_PARALLEL_LEVEL=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
WORK=$(mktemp -d "${TMPDIR:-/tmp}/lamella-ci.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
PYTHON=${PYTHON:-python3}
# A subset of the suite that reaches every op, the trainer and the threads.
SUBSET="tests/core tests/data/test_bad_input.py"

RESULTS=() FAILED=0
stage() {  # stage NAME FUNCTION: run it in a subshell and note how it went
  local name=$1 start=$SECONDS verdict=passed
  printf '\n=== %s\n' "$name"
  ("$2") || { verdict=FAILED FAILED=1; }
  RESULTS+=("$(printf '%-45s %-7s %4d s' "$name" "$verdict" $((SECONDS - start)))")
  printf -- '--- %s\n' "${RESULTS[-1]}"
}

finish() {
  printf '\n'
  printf '%s\n' "${RESULTS[@]}" "$(printf '%-53s %4d s' 'in all' "$SECONDS")"
  exit "$FAILED"
}

install_debian() {  # install_debian [PACKAGE...]
  [ $# = 0 ] || { as_root apt-get update -q && as_root apt-get install -q -y "$@"; }
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

new_venv() { "$PYTHON" -m venv "$1" && use_venv "$1"; }
use_venv() { . "$1/bin/activate"; }

# The requirement that pyproject.toml pins for a tool: pinned ruff -> ruff==0.17.6
pinned() { grep -oE "\"$1==[^\"]+\"" pyproject.toml | tr -d '"'; }

# What an extra of the project requires, a line each.
requirements_of() {
  python -c 'import sys, tomllib
print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"][sys.argv[1]], sep="\n")' "$1"
}

# A command of the README: the line in backquotes behind "main job:" or "tests:".
readme_command() { sed -nE "s/^- $1: \`(.+)\`.*/\1/p" README.md; }

cpp_files() { find cpp tests/cpp -name '*.cpp' -o -name '*.h' -o -name '*.inl' -o -name '*.inc'; }

native_build() {  # native_build NAME COMPILER [CMAKE OPTION...]: with C++ tests and warnings as errors
  local directory="$WORK/build-$1" compiler=$2
  shift 2
  use_venv "$WORK/tools" &&
    cmake -G Ninja -S . -B "$directory" -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_BUILD_TYPE=Release \
      -DLAMELLA_TESTS=ON -DLAMELLA_WERROR=ON -Dpybind11_DIR="$(python -m pybind11 --cmakedir)" "$@" &&
    cmake --build "$directory"
}

native_test() { use_venv "$WORK/tools" && ctest --test-dir "$WORK/build-$1" --output-on-failure; }

sanitized_install() {  # sanitized_install NAME SANITIZERS: into a venv NAME, with the C++ tests in build-NAME
  new_venv "$WORK/$1" &&
    pip install -q ".[test]" --config-settings=build-dir="$WORK/build-$1" \
      --config-settings=cmake.build-type=RelWithDebInfo --config-settings=install.strip=false \
      --config-settings=cmake.define.LAMELLA_WERROR=ON --config-settings=cmake.define.LAMELLA_TESTS=ON \
      --config-settings=cmake.define.LAMELLA_SANITIZE="$2"
}

sanitized_pytest() {  # sanitized_pytest NAME RUNTIME TEST...
  local runtime
  runtime=$(g++ -print-file-name="$2")
  use_venv "$WORK/$1" && shift 2 &&
    LD_PRELOAD="$runtime $(g++ -print-file-name=libstdc++.so)" ASAN_OPTIONS=detect_leaks=0 \
      UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1 \
      python -m pytest -q -p no:cacheprovider --capture=sys "$@"  # a report goes to the real standard error
}
