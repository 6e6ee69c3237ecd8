# Stands in for the module Coreutils of GNU coreutils' tests: a test's table is written as JSON to $ENV{JUDGE_DUMP}, not run.
# Strings are base64, since they are bytes; what is code is said to be code.
BEGIN { my $real = $ENV{JUDGE_REAL}; defined (do $real) or die "$real: $@ $!"; $INC{"Coreutils.pm"} = 1; }
package Coreutils;
no warnings;
use JSON::PP;
use MIME::Base64;

sub plain {
    my ($value) = @_;
    return undef unless defined $value;
    my $kind = ref $value;
    return [map { plain($_) } @$value] if $kind eq 'ARRAY';
    return {pairs => [map { [encode_base64($_, ''), plain($value->{$_})] } keys %$value]} if $kind eq 'HASH';
    return {code => 1} if $kind;
    my $text = "$value";
    utf8::encode($text) if utf8::is_utf8($text);
    return {text => encode_base64($text, '')};
}

*run_tests = sub ($$$$$) {
    my ($name, $program, $table) = @_;
    my %seen = map { $_ => $ENV{$_} } grep { /^(LC_|LANG|TZ|_?POSIX|BLOCK|COLUMNS|TABSIZE)/ } keys %ENV;
    open my $out, '>>', $ENV{JUDGE_DUMP} or die;
    print $out encode_json({program => ref $program ? $$program : $program, env => \%seen, table => plain($table)}), "\n";
    close $out;
    return 0;
};

*getlimits = sub () {
    my %limits = (
        CHAR_MAX => 127, SCHAR_MAX => 127, SCHAR_MIN => -128, SCHAR_UFLOW => -129, CHAR_OFLOW => 128,
        UCHAR_MAX => 255, UCHAR_OFLOW => 256, SHRT_MAX => 32767,
        IO_BUFSIZE => 262144, SIGRTMIN => 34, SIGRTMAX => 64, EAGAIN => 11, EPIPE => 32,
        PID_T_MAX => 2147483647,
        FLT_MIN => '1.175494e-38', FLT_MAX => '3.402823e+38', DBL_MIN => '2.225074e-308', DBL_MAX => '1.797693e+308',
        LDBL_MIN => '3.362103e-4932', LDBL_MAX => '1.189731e+4932',
    );
    my @signed = ('9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809');
    for my $type (qw(LONG SSIZE TIME_T OFF_T OFF64_T INTMAX)) {
        @limits{"${type}_MAX", "${type}_OFLOW", "${type}_MIN", "${type}_UFLOW"} = @signed;
    }
    @limits{qw(INT_MAX INT_OFLOW INT_MIN INT_UFLOW)} = (2147483647, 2147483648, -2147483648, -2147483649);
    @limits{"${_}_MAX", "${_}_OFLOW"} = ('18446744073709551615', '18446744073709551616') for qw(ULONG SIZE UINTMAX);
    @limits{"${_}_MAX", "${_}_OFLOW"} = (4294967295, 4294967296) for qw(UINT UID_T GID_T);
    return \%limits;
};
1;
