"""Applications (届出の準備と進み具合): started, kept, looked up and erased without anybody saying who they are."""
