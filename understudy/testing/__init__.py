"""What tests of programs that use understudy can build on."""
