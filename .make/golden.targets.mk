# The golden test is several files: the reader of the cases, and one per kind of block.
GOLDEN_OBJ := $(patsubst %.c,$(OUT)/%.o,$(sort $(wildcard tests/golden/*.c)))
$(OUT)/tests/unit/test_golden: $(OUT)/tests/unit/test_golden.o $(GOLDEN_OBJ) $(OUT)/libminyi.a
	$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)
-include $(GOLDEN_OBJ:.o=.d)
