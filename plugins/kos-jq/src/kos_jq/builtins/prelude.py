"""The builtins that are written in jq itself."""

PRELUDE = r"""
def _assign(paths; $value): reduce path(paths) as $p (.; setpath($p; $value));
def _modify(paths; update):
  reduce path(paths) as $p ([., []];
    . as [$v, $d]
    | label $out
    | (($v | getpath($p) | update) as $n | [($v | setpath($p; $n)), $d], break $out), [$v, $d + [$p]])
  | . as [$v, $d] | if $d == [] then $v else ($v | delpaths($d)) end;
def recurse(f): def r: ., (f | r); r;
def recurse(f; cond): def r: ., (f | select(cond) | r); r;
def recurse_down: recurse;
def values: select(. != null);
def nulls: select(. == null);
def booleans: select(type == "boolean");
def numbers: select(type == "number");
def strings: select(type == "string");
def arrays: select(type == "array");
def objects: select(type == "object");
def iterables: select(type == "array" or type == "object");
def scalars: select(type != "array" and type != "object");
def finites: select(isinfinite or isnan | not);
def normals: select(isnormal);
def map_values(f): .[] |= f;
def del(f): delpaths([path(f)]);
def paths: path(..) | select(length > 0);
def paths(node_filter): . as $dollar | paths | select(. as $p | $dollar | getpath($p) | node_filter);
def leaf_paths: paths(scalars);
def pick(pathexps): . as $top | reduce path(pathexps) as $p (null; setpath($p; $top | getpath($p)));
def add(f): reduce f as $x (null; . + $x);
def range($from; $upto; $by):
  if $by > 0 then $from | while(. < $upto; . + $by)
  elif $by < 0 then $from | while(. > $upto; . + $by)
  else empty end;
def while(cond; update): def _while: if cond then ., (update | _while) else empty end; _while;
def until(cond; update): def _until: if cond then . else (update | _until) end; _until;
def repeat(f): def _repeat: ., (f | _repeat); _repeat;
def limit($n; f): if $n > 0 then label $out | foreach f as $item (0; . + 1; $item, if . >= $n then break $out else empty end)
  elif $n == 0 then empty else f end;
def skip($n; f): if $n > 0 then foreach f as $item ($n; . - 1; if . < 0 then $item else empty end) elif $n == 0 then f
  else error("Invalid arguments: negative skip count") end;
def first(f): label $out | (f | ., break $out);
def first: .[0];
def last(f): reduce f as $x (null; $x);
def last: .[-1];
def nth($n): .[$n];
def nth($n; f): if $n < 0 then error("Out of bounds negative array index") else last(limit($n + 1; f)) end;
def isempty(g): label $go | (g | false, break $go), true;
def any(generator; condition): isempty(first(generator | condition | select(.))) | not;
def any(f): any(.[]; f);
def any: any(.);
def all(generator; condition): isempty(first(generator | condition | select(. | not)));
def all(f): all(.[]; f);
def all: all(.);
def in(xs): . as $x | xs | has($x);
def inside(xs): . as $x | xs | contains($x);
def to_entries: [keys_unsorted[] as $k | {key: $k, value: .[$k]}];
def from_entries: reduce .[] as $x ({};
    . + { ($x | if type == "object" then
              (if has("key") then .key elif has("k") then .k elif has("name") then .name elif has("Name") then .Name
               elif has("Key") then .Key elif has("K") then .K else null end)
            else . end
          | if type == "string" then . elif type == "null" then "null" elif type == "boolean" or type == "number" then tojson
            else . end):
          ($x | if type == "object" then (if has("value") then .value elif has("v") then .v elif has("Value") then .Value
               elif has("V") then .V else null end) else null end) });
def with_entries(f): to_entries | map(f) | from_entries;
def sort_by(f): _sort_by(map([f]));
def group_by(f): _group_by(map([f]));
def unique_by(f): [group_by(f)[] | .[0]];
def min_by(f): _min_by(map([f]));
def max_by(f): _max_by(map([f]));
def walk(f): def w: if type == "object" then map_values(w) elif type == "array" then map(w) else . end | f; w;
def env: $ENV;
def todate: strftime("%Y-%m-%dT%H:%M:%SZ");
def fromdateiso8601: strptime("%Y-%m-%dT%H:%M:%SZ") | mktime;
def todateiso8601: strftime("%Y-%m-%dT%H:%M:%SZ");
def fromdate: fromdateiso8601;
def date: todate;
def dateadd(u; n): . + n;
def datesub(u; n): . - n;
def match($re): match($re; null);
def match($val; $flags): ($val | if type == "array" then [.[0], .[1]] else [., $flags] end) as [$re, $f]
  | _match($re; $f; false) | .[];
def test($re): test($re; null);
def test($val; $flags): ($val | if type == "array" then [.[0], .[1]] else [., $flags] end) as [$re, $f]
  | _match($re; $f; true);
def capture($re): capture($re; null);
def capture($re; $flags): match($re; $flags) | _capture_object;
def _capture_object: [.captures | .[] | select(.name != null) | {key: .name, value: .string}] | from_entries;
def scan($re): scan($re; null);
def scan($re; $flags): match($re; "g" + $flags) | if (.captures | length) > 0 then [.captures | .[] | .string] else .string end;
def splits($re): splits($re; null);
def splits($re; flags): split($re; flags) | .[];
def split($re; flags): . as $s
  | [foreach ((match($re; flags + "g") | [.offset, .length]), null) as $m
      ({at: 0, out: null};
       if $m == null then .out = $s[.at:] else .out = $s[.at:$m[0]] | .at = $m[0] + $m[1] end;
       .out)];
def sub($re; str): sub($re; str; "");
def sub($re; str; $flags): . as $in
  | (reduce (match($re; $flags)) as $m ([[], 0, null];
        [(.[0] + [$in[.[1]:$m.offset], $m]), ($m.offset + $m.length), null])) as $parts
  | def build($i): if $i >= ($parts[0] | length) then "" else
        ($parts[0][$i]) as $t | ($parts[0][$i + 1] | _capture_object | str) as $r
        | if ($r | type) != "string" then error("\($t | type) (\($t | tojson)) and \($r | type) (\($r | tojson)) cannot be added") else
          build($i + 2) as $rest | $t + $r + $rest end end;
    build(0) as $done | $done + $in[$parts[1]:];
def gsub($re; str): sub($re; str; "g");
def gsub($re; str; $flags): sub($re; str; $flags + "g");
def ascii: [.] | implode;
def combinations: if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $w | [$x] + $w end;
def combinations(n): . as $dot | [range(n)] | map($dot) | combinations;
def index($i): indices($i) | .[0];
def rindex($i): indices($i) | .[-1:][0];
def tostream: path(def r: (.[]? | r), .; r) as $p | getpath($p)
  | reduce path(.[]?) as $q ([$p, .]; [$p + $q]);
def fromstream(f): {x: null, e: false} as $init
  | foreach f as $i ($init;
      if .e then $init else . end
      | if $i | length == 2
        then setpath(["e"]; $i[0] | length == 0) | setpath(["x"] + $i[0]; $i[1])
        else setpath(["e"]; $i[0] | length == 1) end;
      if .e then .x else empty end);
def truncate_stream(stream): . as $n | null | stream | . as $input
  | if (.[0] | length) > $n then setpath([0]; .[0][$n:]) else empty end;
def INDEX(stream; idx_expr): reduce stream as $row ({}; .[$row | idx_expr | tostring] |= $row);
def INDEX(idx_expr): INDEX(.[]; idx_expr);
def IN(s): any(s == .; .);
def IN(src; s): any(src == s; .);
def debug(msg): (msg | debug | empty), .;
def halt_error: halt_error(5);
def JOIN($index; key): [.[] | [., $index[key]]];
def JOIN($index; rows; key): rows | [., $index[key]];
def JOIN($index; rows; key; joined): JOIN($index; rows; key) | joined;
def bsearch($target): _bsearch($target);
"""
