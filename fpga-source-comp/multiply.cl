#pragma OPENCL EXTENSION cl_khr_fp64 : enable  
#pragma OPENCL EXTENSION cl_khr_fp16 : enable  
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void multiply(__global long *_kernel_context, __constant uchar *_constant_region, __local uchar *_local_region, __global int *_atomics, __global uchar *qIn, __global uchar *qOut, __global uchar *outlierScale, __global uchar *inlierScale, __global uchar *weight, __global uchar *weightScale, __global uchar *y, __global uchar *dims)
{
  float f_74, f_57, f_73, f_63, f_70, f_56, f_72, f_71; 
  ulong ul_21, ul_55, ul_62, ul_0, ul_2, ul_34, ul_1, ul_4, ul_3, ul_6, ul_5, ul_69, ul_7, ul_39, ul_10, ul_41, ul_11, ul_13, ul_15; 
  int i_31, i_36, i_45, i_46, i_43, i_44, i_49, i_50, i_47, i_48, i_51, i_58, i_65, i_64, i_9, i_8, i_14, i_75, i_12, i_76, i_17, i_16, i_22, i_25, i_26, i_23, i_24, i_29, i_30, i_27, i_28; 
  char ch_35, ch_40, ch_42; 
  long l_32, l_33, l_66, l_67, l_68, l_37, l_38, l_59, l_60, l_61, l_18, l_19, l_20, l_52, l_53, l_54; 

  // BLOCK 0
  ul_0  =  (ulong) qIn;
  ul_1  =  (ulong) qOut;
  ul_2  =  (ulong) outlierScale;
  ul_3  =  (ulong) inlierScale;
  ul_4  =  (ulong) weight;
  ul_5  =  (ulong) weightScale;
  ul_6  =  (ulong) y;
  ul_7  =  (ulong) dims;
  i_8  =  get_global_size(0);
  i_9  =  get_global_size(1);
  ul_10  =  ul_7 + 24L;
  ul_11  =  ul_7 + 20L;
  i_12  =  get_global_id(0);
  ul_13  =  ul_7 + 28L;
  i_14  =  get_global_id(1);
  ul_15  =  ul_7 + 16L;
  // BLOCK 1 MERGES [0 8 ]
  i_16  =  i_14;
  for(;;)
  {
    i_17  =  *((__global int *) ul_15);
    if(!(i_16 < i_17))
    {
      break;
    }
    // BLOCK 2
    l_18  =  (long) i_16;
    l_19  =  l_18 + 4L;
    l_20  =  l_19 << 2;
    ul_21  =  ul_2 + l_20;
    // BLOCK 3 MERGES [2 7 ]
    i_22  =  i_12;
    for(;;)
    {
      i_23  =  *((__global int *) ul_13);
      if(!(i_22 < i_23))
      {
        break;
      }
      // BLOCK 4
      i_24  =  *((__global int *) ul_11);
      i_25  =  *((__global int *) ul_10);
      i_26  =  i_25 * i_16;
      i_27  =  i_22 * i_25;
      // BLOCK 5 MERGES [4 6 ]
      i_28  =  0;
      i_29  =  0;
      i_30  =  0;
      for(;i_30 < i_25;)
      {
        // BLOCK 6
        i_31  =  i_27 + i_30;
        l_32  =  (long) i_31;
        l_33  =  l_32 + 16L;
        ul_34  =  ul_4 + l_33;
        ch_35  =  *((__global char *) ul_34);
        i_36  =  i_26 + i_30;
        l_37  =  (long) i_36;
        l_38  =  l_37 + 16L;
        ul_39  =  ul_0 + l_38;
        ch_40  =  *((__global char *) ul_39);
        ul_41  =  ul_1 + l_38;
        ch_42  =  *((__global char *) ul_41);
        i_43  =  (int) ch_35;
        i_44  =  (int) ch_42;
        i_45  =  i_43 * i_44;
        i_46  =  i_29 + i_45;
        i_47  =  (int) ch_40;
        i_48  =  i_47 * i_43;
        i_49  =  i_28 + i_48;
        i_50  =  i_30 + 1;
        i_28  =  i_49;
        i_29  =  i_46;
        i_30  =  i_50;
      }  // B5
      // BLOCK 7
      i_51  =  i_16 % i_24;
      l_52  =  (long) i_51;
      l_53  =  l_52 + 4L;
      l_54  =  l_53 << 2;
      ul_55  =  ul_3 + l_54;
      f_56  =  *((__global float *) ul_55);
      f_57  =  *((__global float *) ul_21);
      i_58  =  *((__global int *) ul_13);
      l_59  =  (long) i_22;
      l_60  =  l_59 + 4L;
      l_61  =  l_60 << 2;
      ul_62  =  ul_5 + l_61;
      f_63  =  *((__global float *) ul_62);
      i_64  =  i_58 * i_16;
      i_65  =  i_64 + i_22;
      l_66  =  (long) i_65;
      l_67  =  l_66 + 4L;
      l_68  =  l_67 << 2;
      ul_69  =  ul_6 + l_68;
      f_70  =  (float) i_28;
      f_71  =  (float) i_29;
      f_72  =  f_57 * f_71;
      f_73  =  fma(f_56, f_70, f_72);
      f_74  =  f_73 * f_63;
      *((__global float *) ul_69)  =  f_74;
      i_75  =  i_8 + i_22;
      i_22  =  i_75;
    }  // B3
    // BLOCK 8
    i_76  =  i_9 + i_16;
    i_16  =  i_76;
  }  // B1
  // BLOCK 9
  return;
}  //  kernel
