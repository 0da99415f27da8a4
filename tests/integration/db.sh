#!/bin/bash
# db.c against a real server: values, errors, transactions, COPY, and servers that go away.
set -eu
cd "$(dirname "$0")/../.."
. tests/lib/cluster.sh
dir=$(mktemp -d /tmp/minyi-db-XXXXXX)
trap 'scratch_stop "$dir" immediate; rm -rf "$dir"' EXIT
scratch_cluster "$dir" >/dev/null
export TEST_RESTART="bash -c '. tests/lib/cluster.sh && export CLUSTER_KIND=throwaway && scratch_stop $dir immediate && scratch_restart $dir'"
if "${MINYI_BUILD:-build}/tests/integration/test_db"; then
    echo "ok db"
else
    echo "not ok db"
    exit 1
fi
